#pragma once

#include <string>
#include <vector>

#include "base/event.h"
#include "check/verdict.h"
#include "kernel/events.h"
#include "platform/events.h"
#include "runtime/events.h"
#include "swarm/events.h"
#include "workload/events.h"

namespace glasshive::testing {

/// Builds event streams by hand: verbs for what happens, seconds for when.
class Story {
  public:
    Names names;
    EventStream stream{names};

    Story& at(double second) {
        now_ = time_of_ns(static_cast<std::int64_t>(second * 1e9));
        return *this;
    }
    Story& fault(int number) {
        return emit(platform::events::fault_started, "fault " + std::to_string(number),
                    {field::integer(number)});
    }
    Story& start(const std::string& service, int slot, const std::string& host, int nth = 1) {
        const NameId task = names.intern(task_name(service, slot, nth));
        return emit(runtime::events::container_started, task_name(service, slot, nth),
                    {field::name(names.intern(host)), field::name(names.intern(service)),
                     field::integer(slot), field::name(task)});
    }
    Story& end(const std::string& service, int slot, const std::string& host, int nth = 1,
               int exit_code = 255) {
        return emit(runtime::events::container_ended, task_name(service, slot, nth),
                    {field::name(names.intern(host)), field::name(names.intern(service)),
                     field::integer(exit_code), field::name(names.intern("exited"))});
    }
    Story& task(const EventKind& kind, const std::string& service, int slot,
                const std::string& node = "", int nth = 1, int exit_code = 0) {
        if (kind.field_count() == 0) return emit(kind, task_name(service, slot, nth), {});
        return emit(kind, task_name(service, slot, nth),
                    {field::name(names.intern(service)), field::integer(slot),
                     field::name(names.intern(node)), field::name(names.intern("message")),
                     field::name(names.intern("")), field::integer(exit_code)});
    }
    Story& desired(const std::string& service, int slot, const std::string& state, int nth = 1) {
        return emit(swarm::events::task_desired, task_name(service, slot, nth),
                    {field::name(names.intern(service)), field::name(names.intern(state))});
    }
    Story& host(const EventKind& kind, const std::string& name) { return emit(kind, name, {}); }
    Story& ok(const std::string& service, double latency) {
        return emit(workload::events::request_ok, "client",
                    {field::name(names.intern(service)),
                     field::duration(Duration{static_cast<std::int64_t>(latency * 1e9)})});
    }
    /// Answered by a task, having entered at a node.
    Story& answered_by(const std::string& service, int slot, const std::string& entered) {
        return emit(workload::events::request_ok, "client",
                    {field::name(names.intern(service)), field::duration(Duration{}),
                     field::name(names.intern(task_name(service, slot, 1))),
                     field::name(names.intern(entered))});
    }
    Story& refused(const std::string& service) {
        return emit(workload::events::request_failed, "client",
                    {field::name(names.intern(service)), field::duration(Duration{}),
                     field::name(names.intern("timeout"))});
    }
    Story& service(const EventKind& kind, const std::string& name, const std::string& mode,
                   int replicas) {
        return emit(kind, name, {field::name(names.intern(mode)), field::integer(replicas)});
    }
    Story& emit(const EventKind& kind, const std::string& subject,
                std::initializer_list<FieldArgument> arguments, std::uint64_t cause = 0) {
        stream.emit(now_, EventId{cause}, kind, names.intern(subject), arguments);
        return *this;
    }

    static std::string task_name(const std::string& service, int slot, int nth) {
        return service + "." + std::to_string(slot) + "." + std::to_string(nth);
    }

  private:
    Time now_{};
};

/// The verdict on one sentence over what `tell` tells, for a run that ends at `end_second`.
template <class Tell>
check::Verdict judge(const std::string& sentence, double end_second, Tell tell) {
    const Result<check::Expectation> parsed = check::parse_expectation(sentence);
    SIM_ASSERT(parsed.ok());
    Story story;
    check::Evaluator evaluator({parsed.value()}, story.names);
    story.stream.add_sink(&evaluator);
    tell(story);
    evaluator.finish(time_of_ns(static_cast<std::int64_t>(end_second * 1e9)));
    return evaluator.verdicts().at(0);
}

}   // namespace glasshive::testing
