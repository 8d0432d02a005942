#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/again.h"
#include "client/lines.h"
#include "client/patience.h"
#include "client/run.h"
#include "client/saved.h"
#include "client/scratch.h"
#include "record/recording.h"
#include "viewer/live/mailbox.h"
#include "viewer/live/sandbox.h"

namespace glasshive::viewer {

/// A sandbox's own thread: owns the session process, does one command after another, and looks
/// where the run stands while it plays. Everything here may wait for the process.
class Worker final : public client::Patience {
  public:
    Worker(const SandboxOptions& options, Mailbox& mailbox);
    /// Until the mailbox is closed.
    void work();

    /// The process owes an answer: says so while it does. False when the mailbox is closed, or what
    /// hangs is given up.
    bool wait_for(int fd) override;

  private:
    using Run = client::Run;
    using Wall = std::chrono::steady_clock;
    /// What a command came to; a text that is no error is a note.
    struct Done {
        bool well = true;
        std::string text;
    };
    static Done wrong(std::string text) { return {false, std::move(text)}; }

    // worker.cpp
    Diagnostics open();
    Diagnostics keep_origin();
    void serve();
    void obey(const Mailbox::Posted& posted);
    void publish();
    void take_place(const client::Json& answer);
    bool alive() const { return run_ != nullptr && run_->alive(); }
    Done died();
    Done no_process() const;

    // moving.cpp
    void look();
    Done hold();
    Done play(const Play& play);
    Done step(std::uint64_t entries);
    Done give(const std::string& typed);

    // past.cpp
    client::Setup setup(std::vector<session::TimedCommand> given) const;
    std::unique_ptr<Run> make_again(const client::Setup& setup, Time to, Done& why_not);
    void replace_run(std::unique_ptr<Run> run);
    std::string compare(bool whole);
    Done go_back(Time to, std::size_t kept);
    Done rewind(Time to);
    Done undo();
    Done branch(const Branch& branch);
    Done switch_to(const std::string& name);

    // keeping.cpp
    Done save(const std::string& path);
    Done record(const std::string& path);
    Done prove(const client::Setup& kept, const std::string& path, const char* did);
    std::vector<client::Origin> origins() const;

    const SandboxOptions& options_;
    Mailbox& mailbox_;
    Status status_;   // As it will be published.
    client::ScratchFolder scratch_;
    std::string program_;
    std::string origin_;   // The recording that all runs are made from.
    std::optional<record::Recording> origin_recording_;
    std::uint64_t seed_ = 0;
    std::string profile_;
    Duration duration_{};
    client::Lines lines_{{.name = "main", .given = {}}};
    std::unique_ptr<Run> run_, previous_;   // The last one's recording is still looked at.
    std::size_t runs_ = 0;                  // Started so far: each has a name of its own.
    Wall::time_point looked_{};             // When, and at what, for the speed that was reached.
    Time looked_at_{};
};

}   // namespace glasshive::viewer
