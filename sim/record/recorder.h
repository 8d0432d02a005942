#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/result.h"

namespace glasshive::record {

/// When to build indexes over the events at the end: they make a search by subject or cause quick.
/// `automatic`: when that takes less than a tenth of the time the run took, by our estimate.
enum class Indexes { automatic, always, never };

/// What to record, and where.
struct RecorderOptions {
    std::string path;
    /// Stored as they are: seed, profile, version, command, and "file:<path>" with the content of
    /// every input file. A value longer than 64 MiB is stored as its XXH3 digest and size instead.
    std::vector<std::pair<std::string, std::string>> meta;
    /// Kinds to leave out: "task.pulling", or a family "flow.*". Never changes the digest.
    std::vector<std::string> leave_out;
    int verbosity_max = 3;   ///< Leaves out kinds above this level.
    bool samples = true;
    std::size_t buffer_bytes = 32U * 1024 * 1024;   ///< Waiting for the writer; then the run waits.
    std::uint64_t keyframe_every = 50'000;          ///< Recorded events.
    Indexes indexes = Indexes::automatic;           ///< Never changes what a reader finds.
};

/// What is known only at the end of a run.
struct RunEnd {
    Time end_time{};
    std::string digest;
    std::vector<std::pair<std::string, std::string>> meta;   ///< More keys.
};

/// Writes a run into one SQLite file while it goes on (format: schema.h).
///
/// The simulation's thread copies each record into a bounded buffer; one writer thread inserts them
/// and commits at least every 100 ms of wall time, so a viewer follows the file and a crash loses
/// no more. After kill -9 the file opens and holds a prefix of the events. When the disk is full or
/// fails, the recording ends there and the run goes on: see take_problem().
class Recorder final : public EventSink {
  public:
    /// The registry must be complete; it and the names must outlive the recorder.
    /// An older recording at `path` is replaced; any other file there is left alone (a Diagnostic).
    static Result<std::unique_ptr<Recorder>>
    open(RecorderOptions options, const EventRegistry& registry, const Names& names);
    /// Without close(): commits what was recorded, but leaves the recording marked as cut short.
    ~Recorder() override;

    void on_event(const Event& event, std::string_view text) override;
    void on_sample(const Sample& sample) override;
    /// Something came from outside, at this instant: a command, a client's request. Those of a run
    /// in order of time, each before what it causes. Recording::commands() reads them.
    void on_command(Time at, std::string_view text);

    /// Returns when everything recorded so far is committed: at a pause.
    void flush();
    /// What went wrong, told once; then empty. Cheap enough to ask now and then during a run.
    std::optional<Diagnostic> take_problem();
    /// Builds the indexes, writes the end of meta and leaves one file that needs no other.
    /// A viewer that still reads may keep the file in two parts: seal() later. Call once.
    std::optional<Diagnostic> close(const RunEnd& end);

  private:
    struct Impl;
    explicit Recorder(std::unique_ptr<Impl> impl);
    void send_names();

    std::unique_ptr<Impl> impl_;
};

/// Folds a finished recording's -wal into the file, when nobody else has it open. False: not now.
bool seal(const std::string& path);

}   // namespace glasshive::record
