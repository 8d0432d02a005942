#include "door/callers/crowd.h"

#include <utility>

#include "door/callers/scripted.h"
#include "door/callers/seeder.h"
#include "door/callers/users.h"

namespace glasshive::door::callers {

Crowd::Crowd(kernel::Kernel& kernel, std::deque<couch::Front>& fronts,
             const std::function<HostId(const std::string&)>& host_of)
    : kernel_(kernel) {
    const auto add = [&](const std::string& host, std::unique_ptr<Caller> caller) {
        kernel_.add_process(host_of(host), *caller);
        callers_.push_back(std::move(caller));
    };
    for (couch::Front& front : fronts) {
        if (Seeder::needed(front.spec())) {
            add("", std::make_unique<Seeder>(kernel, front, ledger_));
        }
        for (const store::ClientSpec& client : front.spec().clients) {
            if (!client.steps.empty()) {
                add(client.from, std::make_unique<Scripted>(kernel, front, ledger_, client));
            }
            if (client.users > 0) {
                add(client.from, std::make_unique<Users>(kernel, front, ledger_, client));
            }
        }
    }
}

void Crowd::start() {
    for (const auto& caller : callers_) kernel_.start(caller->id());
}

}   // namespace glasshive::door::callers
