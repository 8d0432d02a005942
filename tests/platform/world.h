#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/bare_driver.h"
#include "kernel/kernel.h"
#include "platform/events.h"
#include "platform/faults.h"
#include "platform/fixture.h"
#include "platform/machines.h"
#include "platform/sampler.h"

namespace glasshive::platform::test {

/// Keeps every event and sample, and prints events as "seconds kind subject".
class Recorder final : public EventSink {
  public:
    explicit Recorder(Names& names) : names_(names) { registry_.add(events::all); }

    void on_event(const Event& event, std::string_view) override { events.push_back(event); }
    void on_sample(const Sample& sample) override { samples.push_back(sample); }

    std::string kind(const Event& event) const {
        const EventKind* found = registry_.find(event.kind);
        return found ? std::string(found->name) : "kernel";
    }
    std::string subject(const Event& event) const {
        return std::string(names_.text(event.subject));
    }
    std::string line(const Event& event) const {
        return seconds_text(event.time, 1) + " " + kind(event) + " " + subject(event);
    }
    /// All events of the platform, in order.
    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const Event& event : events) {
            if (registry_.find(event.kind)) out.push_back(line(event));
        }
        return out;
    }
    std::vector<Event> of(const std::string& kind_name) const {
        std::vector<Event> out;
        for (const Event& event : events) {
            if (kind(event) == kind_name) out.push_back(event);
        }
        return out;
    }
    std::string text_of(const FieldValue& value) const {
        return std::string(names_.text(NameId{static_cast<std::uint32_t>(value.integer)}));
    }

    std::vector<Event> events;
    std::vector<Sample> samples;

  private:
    Names& names_;
    EventRegistry registry_;
};

/// A platform with its kernel, machines and faults, driven without SimGrid.
struct World {
    World(PlatformSpec spec, std::vector<FaultSpec> faults, std::uint64_t seed = 1)
        : recorder(names),
          stream(names),
          platform(std::move(spec)),
          kernel(stream, platform, seed),
          driver(kernel),
          machines(kernel, platform),
          injector(kernel, platform, machines, std::move(faults)) {
        stream.add_sink(&recorder);
        kernel.start(injector.id());
    }
    void run_to(double instant) {
        driver.run_until(time_of_ns(static_cast<std::int64_t>(instant * 1e9)));
    }
    HostId host(const std::string& name) const { return platform.find_host(name); }
    bool is_on(const std::string& name) const { return kernel.is_on(host(name)); }
    bool is_paused(const std::string& name) const { return kernel.is_paused(host(name)); }

    Names names;
    Recorder recorder;
    EventStream stream;
    Platform platform;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Machines machines;
    FaultInjector injector;
};

inline TargetSpec on(TargetSpec::Of of, std::string name) { return {of, std::move(name), {}}; }
inline TargetSpec on_host(std::string name) { return on(TargetSpec::Of::host, std::move(name)); }

/// A fault of hosts or links from `at` seconds for `lasts` seconds (0: for ever).
inline FaultSpec fault(FaultKind kind, TargetSpec target, int at, int lasts = 0) {
    FaultSpec spec;
    spec.kind = kind;
    spec.targets = {std::move(target)};
    spec.at = seconds{at};
    if (lasts > 0) spec.lasts = seconds{lasts};
    return spec;
}

/// A fault of what passes between groups of hosts.
inline FaultSpec between(FaultKind kind, std::vector<std::vector<std::string>> groups, int at,
                         int lasts = 0) {
    FaultSpec spec;
    spec.kind = kind;
    for (const auto& names : groups) {
        spec.groups.emplace_back();
        for (const std::string& name : names) spec.groups.back().push_back(on_host(name));
    }
    spec.at = seconds{at};
    if (lasts > 0) spec.lasts = seconds{lasts};
    return spec;
}

}   // namespace glasshive::platform::test
