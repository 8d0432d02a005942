#pragma once

#include <memory>
#include <string>

namespace glasshive::cli {

/// The `glasshive` command: its words, their help, and what they call.
class App {
  public:
    App();
    ~App();
    /// Parses and runs; the process's exit status.
    int run(int argc, char** argv);
    /// docs/reference/cli.md: every subcommand and option, printed from the parser itself.
    std::string reference_page() const;

    struct Parts;

  private:
    std::unique_ptr<Parts> parts_;
};

}   // namespace glasshive::cli
