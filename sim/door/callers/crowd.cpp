#include "door/callers/crowd.h"

#include <utility>

#include "door/callers/scripted.h"
#include "door/callers/seeder.h"
#include "door/callers/users.h"

namespace glasshive::door::callers {

Crowd::Crowd(kernel::Kernel& kernel, std::vector<Entrance> entrances,
             const std::function<HostId(const std::string&)>& host_of)
    : kernel_(kernel),
      entrances_(std::move(entrances)) {
    const auto add = [&](const std::string& host, std::unique_ptr<Caller> caller) {
        kernel_.add_process(host_of(host), *caller);
        callers_.push_back(std::move(caller));
    };
    for (const Entrance& entrance : entrances_) {
        const store::ClusterSpec& spec = *entrance.spec;
        if (spec.kind == store::Kind::couchdb && Seeder::needed(spec)) {
            add("", std::make_unique<Seeder>(kernel, entrance, ledger_));
        }
        for (const store::ClientSpec& client : spec.clients) {
            if (!client.steps.empty()) {
                add(client.from, std::make_unique<Scripted>(kernel, entrance, ledger_, client));
            }
            if (client.users > 0) {
                add(client.from, std::make_unique<Users>(kernel, entrance, ledger_, client));
            }
        }
    }
}

void Crowd::start() {
    for (const auto& caller : callers_) kernel_.start(caller->id());
}

}   // namespace glasshive::door::callers
