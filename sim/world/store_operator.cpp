#include "world/store_operator.h"

#include "world/events.h"

namespace glasshive::world {

StoreOperator::StoreOperator(kernel::Kernel& kernel, std::deque<door::couch::Front>& stores,
                             std::deque<door::contrast::Front>& small_stores,
                             const std::vector<scenario::StoreCommandSpec>& commands,
                             const std::string& run_name)
    : kernel_(kernel),
      stores_(stores),
      small_stores_(small_stores),
      commands_(commands),
      subject_(kernel.names().intern(run_name)) {
    kernel_.add_process(HostId{}, *this);
}

void StoreOperator::on_start() {
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        kernel_.after(id(), commands_[i].at, 0, i);
    }
}

void StoreOperator::on_timer(std::uint32_t, std::uint64_t argument) {
    const scenario::StoreCommandSpec& command = commands_[static_cast<std::size_t>(argument)];
    const EventId event =
        kernel_.emit(events::command_applied, subject_,
                     {field::name(kernel_.names().intern("store")),
                      field::name(kernel_.names().intern("done")), field::text(command.line)});
    const kernel::CauseScope scope(kernel_, event);
    carry_out(command, event);
}

void StoreOperator::carry_out(const scenario::StoreCommandSpec& command, EventId event) {
    const auto give = [&](auto& cluster, std::size_t member, const std::string& host) {
        if (host != command.host) return;
        if (command.starts) {
            cluster.start(member);
        } else {
            cluster.crash(member, event);
        }
    };
    for (door::couch::Front& store : stores_) {
        if (!command.store.empty() && store.name() != command.store) continue;
        for (std::size_t i = 0; i < store.cluster().size(); ++i) {
            give(store.cluster(), i, store.host_name(i));
        }
    }
    for (door::contrast::Front& store : small_stores_) {
        if (!command.store.empty() && store.name() != command.store) continue;
        for (std::size_t i = 0; i < store.store().size(); ++i) {
            give(store.store(), i, store.spec().hosts[i]);
        }
    }
}

}   // namespace glasshive::world
