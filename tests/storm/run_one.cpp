#include "storm/run_one.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>

#include "base/assert.h"
#include "platform/events.h"
#include "scenario/scenario.h"
#include "session/session.h"

namespace glasshive::storm {

namespace {

/// Counts what happened, so that a generator that stops covering something is noticed.
class Cover final : public EventSink {
  public:
    explicit Cover(const session::Session& session) : session_(session) {}

    void on_event(const Event& event, std::string_view) override {
        ++kinds_[event.kind];
        if (event.kind == platform::events::host_off.id) ++power_losses_;
        if (event.kind == platform::events::fault_started.id) {
            const NameId what{static_cast<std::uint32_t>(event.fields[1].integer)};
            ++faults_[std::string(session_.names().text(what))];
        }
    }

    void print() const {
        for (const auto& [kind, count] : kinds_) {
            std::cout << "cover " << count << " event " << session_.registry().find(kind)->name
                      << '\n';
        }
        for (const auto& [what, count] : faults_) {
            std::cout << "cover " << count << " fault " << what << '\n';
        }
    }
    std::int64_t power_losses() const { return power_losses_; }

  private:
    const session::Session& session_;
    std::map<std::uint16_t, std::int64_t> kinds_;
    std::map<std::string, std::int64_t> faults_;
    std::int64_t power_losses_ = 0;
};

}   // namespace

int run_one(const std::string& file, Plant plant) {
    std::ifstream in(file);
    std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    // The name is part of the run's events: it must not depend on where the file lies.
    auto read = scenario::read_scenario(std::move(content), "storm.yaml", [](const std::string&) {
        return std::optional<std::string>();
    });
    if (!read.ok()) {
        for (const Diagnostic& problem : read.problems()) {
            std::cout << "refused line " << problem.line << ": " << problem.path << ": "
                      << problem.message << '\n';
        }
        return 2;
    }
    scenario::ScenarioSpec spec = std::move(read.value());
    const std::string replay = "glasshive run " + file + " --seed " + std::to_string(spec.seed) +
                               " --invariants";
    auto opened = session::Session::open(
        {.spec = std::move(spec), .replay_command = replay, .invariants = true});
    SIM_ASSERT(opened.ok());   // Without a recording nothing can fail here.
    session::Session& session = *opened.value();
    Cover cover(session);
    session.watch(&cover);
    session.start();
    while (session.now() < session.end()) {
        session.run_until(session.now() + std::chrono::milliseconds{250});
        SIM_ASSERT(plant != Plant::crash || cover.power_losses() == 0);
    }
    const session::Outcome outcome = session.finish();
    std::cout << "digest " << outcome.digest << '\n';
    for (const std::string& violation : outcome.violations) {
        std::cout << "violation " << violation << '\n';
    }
    if (plant == Plant::power && cover.power_losses() > 0) {
        std::cout << "violation planted: a host lost power at some time\n";
    }
    cover.print();
    for (const auto& [what, count] : outcome.judged) {
        std::cout << "cover " << count << " oracle " << what << '\n';
    }
    std::cout << "done\n";
    return 0;
}

}   // namespace glasshive::storm
