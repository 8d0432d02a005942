#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "storm/children.h"
#include "storm/coverage.h"
#include "storm/generate.h"
#include "storm/run_one.h"
#include "storm/shrink.h"

using namespace glasshive;
using namespace glasshive::storm;

namespace {

constexpr std::uint64_t covered_from = 200;   ///< Seeds after which everything must have happened.
constexpr std::uint64_t twice_every = 10;     ///< Every tenth seed runs twice.

struct Options {
    std::uint64_t seeds = 200, first = 1, seed = 0, show = 0;
    std::string child, plant, keep = "storm-failures";
    int patience = 120;
    bool no_shrink = false;
};

class Storm {
  public:
    explicit Storm(const Options& options)
        : options_(options), folder_(make_folder()),
          children_(folder_, options.plant, std::chrono::seconds{options.patience},
                    std::max(1U, std::thread::hardware_concurrency())) {}
    ~Storm() { std::filesystem::remove_all(folder_); }
    Storm(const Storm&) = delete;
    Storm& operator=(const Storm&) = delete;

    /// Exit status.
    int run(std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t seed = first; seed < first + count; ++seed) start(seed);
        children_.finish();
        clear_line();
        for (const std::uint64_t seed : failed_) report(seed);
        std::cout << "covered:\n" << coverage_.text();
        std::vector<std::string> missing;
        if (count >= covered_from && options_.plant.empty()) missing = coverage_.missing();
        for (const std::string& what : missing) std::cout << "never met: " << what << '\n';
        std::cout << passed_ << " passed, " << failed_.size() << " failed" << std::endl;
        return failed_.empty() && missing.empty() ? 0 : 1;
    }

  private:
    static std::string make_folder() {
        std::string name = std::filesystem::temp_directory_path() / "storm-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("storm: no folder in " + name);
        }
        return name;
    }

    void start(std::uint64_t seed) {
        const Draft draft = generate(seed);
        coverage_.add(draft);
        const std::string yaml = yaml_of(draft);
        const auto then = [this, seed, yaml](const Result& result) {
            coverage_.add(result);
            if (!result.passed()) return take(seed, result);
            if (seed % twice_every != 0) return take(seed, result);
            again_.push_back({yaml, [this, seed, first = result](const Result& second) {
                                  Result both = second;
                                  if (second.digest != first.digest) {
                                      both.problems.push_back("digest at second run differs");
                                  }
                                  take(seed, both);
                              }});
        };
        children_.start({yaml, then});
        while (!again_.empty()) {
            Job job = std::move(again_.back());
            again_.pop_back();
            children_.start(std::move(job));
        }
    }

    void take(std::uint64_t seed, const Result& result) {
        if (result.passed()) ++passed_;
        else {
            failed_.push_back(seed);
            results_[seed] = result;
        }
        if (isatty(2) == 0) return;
        std::fprintf(stderr, "\rstorm: seed %llu, %llu passed, %zu failed ",
                     static_cast<unsigned long long>(seed),
                     static_cast<unsigned long long>(passed_), failed_.size());
    }

    void clear_line() {
        while (!again_.empty()) {   // Seeds whose first run was among the last.
            Job job = std::move(again_.back());
            again_.pop_back();
            children_.start(std::move(job));
            children_.finish();
        }
        if (isatty(2) != 0) std::fprintf(stderr, "\r\033[K");
    }

    void report(std::uint64_t seed) {
        const Result& result = results_[seed];
        std::cout << "seed " << seed << " fails:\n";
        for (std::size_t i = 0; i < result.problems.size() && i < 5; ++i) {
            std::cout << "  " << result.problems[i] << '\n';
        }
        Draft draft = generate(seed);
        const std::string whole = write(seed, "", draft);
        std::cout << "  replay: glasshive run " << whole << " --seed " << seed
                  << " --invariants\n";
        if (options_.no_shrink || reported_++ >= shrunk_most || result.refused) return;
        const std::string signature = result.signature();
        int tries = 0;
        draft = shrink(draft, [&](const Draft& candidate) {
            ++tries;
            return children_.run(yaml_of(candidate)).signature() == signature;
        });
        const std::string small = write(seed, "-small", draft);
        std::cout << "  shrunk in " << tries << " runs to:\n" << indented(yaml_of(draft))
                  << "  replay: glasshive run " << small << " --seed " << seed
                  << " --invariants" << std::endl;
    }

    std::string write(std::uint64_t seed, const char* suffix, const Draft& draft) {
        std::filesystem::create_directories(options_.keep);
        const std::string file = options_.keep + "/" + std::to_string(seed) + suffix + ".yaml";
        std::ofstream(file) << yaml_of(draft);
        return file;
    }

    static std::string indented(const std::string& text) {
        std::string out = "    ";
        for (std::size_t i = 0; i < text.size(); ++i) {
            out += text[i];
            if (text[i] == '\n' && i + 1 < text.size()) out += "    ";
        }
        return out;
    }

    static constexpr int shrunk_most = 5;   ///< Failures that are shrunk; later ones are named.

    Options options_;
    std::string folder_;
    Children children_;
    Coverage coverage_;
    std::vector<Job> again_;
    std::uint64_t passed_ = 0;
    std::vector<std::uint64_t> failed_;
    std::map<std::uint64_t, Result> results_;
    int reported_ = 0;
};

Plant plant_of(const std::string& word) {
    return word == "power" ? Plant::power : word == "crash" ? Plant::crash : Plant::nothing;
}

}   // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Runs random clusters with every invariant checked and the end judged.", "storm");
    app.add_option("seeds", options.seeds, "How many seeds")->capture_default_str();
    app.add_option("--first", options.first, "The first seed")->capture_default_str();
    app.add_option("--seed", options.seed, "Run this seed alone");
    app.add_option("--show", options.show, "Print this seed's scenario");
    app.add_option("--keep", options.keep, "Where failing scenarios go")->capture_default_str();
    app.add_option("--patience", options.patience, "Seconds of wall time for one run")
        ->capture_default_str();
    app.add_flag("--no-shrink", options.no_shrink, "Report failures as they are");
    app.add_option("--plant", options.plant,
                   "Break something on purpose: power (a loss of power counts as a breach) or "
                   "crash (it aborts)")
        ->check(CLI::IsMember({"power", "crash"}));
    app.add_option("--child", options.child, "Run one file; the storm's own use");
    CLI11_PARSE(app, argc, argv);
    if (!options.child.empty()) return run_one(options.child, plant_of(options.plant));
    if (options.show > 0) {
        std::cout << yaml_of(generate(options.show));
        return 0;
    }
    Storm storm(options);
    return options.seed > 0 ? storm.run(options.seed, 1)
                            : storm.run(options.first, options.seeds);
}
