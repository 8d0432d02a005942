#pragma once

#include <memory>
#include <optional>

#include "cli/progress.h"
#include "cli/timeline.h"
#include "console/screen.h"

namespace glasshive::cli {

/// The console on standard output and standard error, in the words and colours of `run`.
class ConsoleScreen final : public console::Screen {
  public:
    struct Options {
        int verbosity = 1;
        std::size_t subject_columns = 24;
        bool no_color = false;
    };
    explicit ConsoleScreen(Options options);
    ~ConsoleScreen() override;

    /// Complaints name this line of what is read; 0: a person types, who knows.
    void set_line(int number) { line_ = number; }

    std::ostream& out() override;
    void note(const std::string& line) override;
    void complain(const Diagnostics& problems) override;
    void story(const explain::Story& story) override;
    void follow(record::Recording& recording) override;
    void events(EventId last, bool shown) override;
    void events(EventId last, const session::EventPattern& pattern, bool all_levels) override;
    void end_page() override;
    void set_verbosity(int level) override;
    void progress(Time begin, Time now, Time end) override;
    void progress_over() override;

  private:
    Timeline::Options timeline_options() const;

    Options options_;
    Terminal terminal_, errors_;
    std::ostream stream_;          // Nowhere, while events are only taken note of.
    std::unique_ptr<Timeline> timeline_;
    record::Recording* recording_ = nullptr;
    EventId shown_{};
    std::optional<Progress> progress_;
    int line_ = 0;
};

}   // namespace glasshive::cli
