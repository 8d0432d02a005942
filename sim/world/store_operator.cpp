#include "world/store_operator.h"

#include "world/events.h"

namespace glasshive::world {

StoreOperator::StoreOperator(kernel::Kernel& kernel, std::deque<door::couch::Front>& stores,
                             const std::vector<scenario::StoreCommandSpec>& commands,
                             const std::string& run_name)
    : kernel_(kernel),
      stores_(stores),
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
    for (door::couch::Front& store : stores_) {
        if (!command.store.empty() && store.name() != command.store) continue;
        for (std::size_t i = 0; i < store.cluster().size(); ++i) {
            if (store.host_name(i) != command.host) continue;
            if (command.starts) {
                store.cluster().start(i);
            } else {
                store.cluster().crash(i, event);
            }
        }
    }
}

}   // namespace glasshive::world
