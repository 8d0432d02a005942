#include "store/quorum/host_work.h"

#include <utility>

#include "base/assert.h"

namespace glasshive::store {

Bytes ReplicaMachine::disk_bytes(const Cost& cost) const {
    Bytes bytes = cost.read + cost.append;
    if (cost.sync) bytes += sync;
    return bytes;
}

void HostWork::pay(ProcessId owner, const Cost& cost, std::function<void()> then) {
    const std::uint64_t number = next_++;
    works_.emplace(number, Work{cost, std::move(then)});
    kernel_.work(owner, machine_.cpu,
                 {.amount = seconds_of(cost.cpu), .tag = cpu_done, .argument = number});
}

void HostWork::on_work_done(ProcessId owner, std::uint32_t tag, std::uint64_t argument) {
    const auto found = works_.find(argument);
    SIM_ASSERT(found != works_.end());
    const Bytes bytes = machine_.disk_bytes(found->second.cost);
    if (tag == cpu_done && bytes > Bytes{}) {
        kernel_.work(owner, machine_.disk,
                     {.amount = machine_.disk_work(bytes), .tag = disk_done, .argument = argument});
        return;
    }
    const auto then = std::move(found->second.then);
    works_.erase(found);
    then();
}

}   // namespace glasshive::store
