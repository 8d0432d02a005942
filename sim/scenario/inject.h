#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/known_names.h"
#include "scenario/spec.h"

namespace glasshive::scenario {

/// What somebody asks of a running cluster: exactly one of these.
struct Injection {
    std::optional<platform::FaultSpec> fault;
    std::optional<CommandSpec> command;
    /// The number of a fault, from 1, that shall end. Whether there is one is the run's to say.
    std::optional<std::size_t> heal;
    std::optional<StoreCommandSpec> store{};
};

/// Reads what is asked of one scenario's runs; knows its hosts and services by name.
///
/// Reads any docker line; "on w1 docker kill web.1", a line typed at a host;
/// "fault {do: power_off, host: w1, for: 30s}" (a fault as in a scenario; `at` is now and may be
/// left out); "heal 2", which ends the fault of that number; "store crash w1" and what else a
/// scenario's commands say to stores; or, short for some lines, "scale web=5", "update web IMAGE",
/// "drain w1", "pause w1" and "activate w1". Names of hosts, and those in faults and short forms,
/// are checked against the scenario. `command.at` is left at 0.
class InjectionReader {
  public:
    /// `spec` must outlive the reader.
    explicit InjectionReader(const ScenarioSpec& spec);
    Result<Injection> read(const std::string& text) const;

  private:
    Result<Injection> read_fault(const std::string& text) const;
    Result<Injection> read_line(const std::string& text, const std::string& host) const;

    const ScenarioSpec& spec_;
    Places places_;
    Names services_;
};

/// The kinds of faults, as `do:` has them: "power_off".
std::vector<std::string> fault_words();

/// The same for a single text.
Result<Injection> read_injection(const std::string& text, const ScenarioSpec& spec);

}   // namespace glasshive::scenario
