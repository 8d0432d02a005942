#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "workload/client.h"
#include "workload/events.h"

/// Requests that the tasks of a service send: who they are, and what names they know.
namespace glasshive::workload {

using swarm::RequestMessage;

Client::Caller* Client::find_caller(swarm::TaskId task) {
    const auto at = std::find_if(callers_.begin(), callers_.end(),
                                 [&](const Caller& each) { return each.task == task; });
    return at == callers_.end() ? nullptr : &*at;
}

/// A daemon that went down could not say that its tasks have ended; they have, and a frozen host
/// sends nothing either.
Client::Caller* Client::next_caller() {
    for (std::size_t tried = 0; tried < callers_.size(); ++tried) {
        next_caller_ = next_caller_ % callers_.size();
        Caller& caller = callers_[next_caller_++];
        const ProcessId daemon = targets_.entries[caller.entry];
        if (kernel_.is_running(daemon) && !kernel_.is_paused(kernel_.host_of(daemon))) {
            return &caller;
        }
    }
    return nullptr;
}

void Client::add_caller(const kernel::Message& message) {
    const auto at = std::find(targets_.entries.begin(), targets_.entries.end(), message.from);
    SIM_ASSERT(at != targets_.entries.end());
    const swarm::TaskId task{message.a};
    if (find_caller(task) != nullptr) return;
    callers_.push_back(
        {.task = task, .entry = static_cast<std::uint32_t>(at - targets_.entries.begin())});
}

void Client::remove_caller(swarm::TaskId task) {
    const auto at = std::find_if(callers_.begin(), callers_.end(),
                                 [&](const Caller& each) { return each.task == task; });
    if (at == callers_.end()) return;
    if (static_cast<std::size_t>(at - callers_.begin()) < next_caller_) --next_caller_;
    callers_.erase(at);
    for (std::uint32_t slot = 0; slot < requests_.size(); ++slot) {
        Request& request = requests_[slot];
        const bool under_way = request.number > 0 && request.channel.valid();
        if (!under_way || request.caller != task) continue;
        drop(request);
        end_stopped(slot);
        free(slot);
    }
    for (auto each = idle_.begin(); each != idle_.end();) {
        if (each->caller != task) {
            ++each;
            continue;
        }
        kernel_.close(id(), each->channel);
        say_closed(each->backend, each->entry, "client stopped");
        each = idle_.erase(each);
    }
}

// --- Names ---------------------------------------------------------------------------------------

void Client::look_up(std::uint32_t slot, Caller& caller) {
    const std::uint64_t target =
        swarm::call_target(targets_.caller.value, targets_.service.value);
    if (spec_.by == Addressing::address) {
        send(requests_[slot], RequestMessage::call, target);
        return;
    }
    if (caller.answer != nullptr && caller.believed_until > kernel_.now()) {
        say_answer(*caller.answer, caller, true);
        // A name's addresses are few or many, but the list outlives what becomes of the caller.
        const std::shared_ptr<const swarm::Addresses> answer = caller.answer;
        dial(slot, *answer);
        return;
    }
    const auto which =
        spec_.by == Addressing::tasks ? swarm::WhichName::tasks : swarm::WhichName::service;
    kernel_.send(id(), requests_[slot].channel,
                 {.type = static_cast<std::uint16_t>(RequestMessage::resolve),
                  .a = target,
                  .b = static_cast<std::uint64_t>(which),
                  .size = Bytes{0}});
}

void Client::on_resolved(std::uint32_t slot, const kernel::Message& message) {
    auto answer = std::static_pointer_cast<const swarm::Addresses>(message.body);
    Caller* caller = find_caller(requests_[slot].caller);
    SIM_ASSERT(caller != nullptr);   // Its requests end with it.
    say_answer(*answer, *caller, false);
    if (!answer->is_virtual && answer->tasks.empty()) {
        attempt_failed(slot, unknown_);   // NXDOMAIN is not kept: each attempt asks.
        return;
    }
    caller->answer = answer;
    caller->believed_until = kernel_.now() + spec_.dns_cache;
    dial(slot, *answer);
}

/// To the first address; each further attempt of a request tries the next one, as programs do that
/// walk getaddrinfo's list.
void Client::dial(std::uint32_t slot, const swarm::Addresses& answer) {
    const Request& request = requests_[slot];
    const std::uint64_t target =
        swarm::call_target(targets_.caller.value, targets_.service.value);
    if (answer.is_virtual) {
        send(request, RequestMessage::call, target);
        return;
    }
    auto one = std::make_shared<swarm::Addresses>();
    one->tasks.push_back(answer.tasks[(request.attempt - 1) % answer.tasks.size()]);
    send(request, RequestMessage::call_task, target, std::move(one));
}

void Client::say_answer(const swarm::Addresses& answer, const Caller& caller, bool cached) {
    const auto count = answer.is_virtual ? 1 : static_cast<std::int64_t>(answer.tasks.size());
    kernel_.emit(events::dns_answer, name_,
                 {field::name(targets_.service), field::integer(count),
                  field::name(kernel_.names().intern(cached ? "cache" : "resolver")),
                  field::name(targets_.entry_names[caller.entry])});
}

}   // namespace glasshive::workload
