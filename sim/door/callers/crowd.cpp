#include "door/callers/crowd.h"

#include <algorithm>
#include <utility>

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

bool Crowd::ask(const std::string& store, store::StepSpec step) {
    const auto entrance =
        std::find_if(entrances_.begin(), entrances_.end(),
                     [&](const Entrance& each) { return each.spec->name == store; });
    if (entrance == entrances_.end()) return false;
    const std::vector<std::string>& hosts = entrance->hosts;
    const bool there = std::find(hosts.begin(), hosts.end(), step.host) != hosts.end();
    if (!step.host.empty() && !there) return false;
    std::unique_ptr<Scripted>& caller = of_scripts_[store];
    if (caller == nullptr) {
        store::ClientSpec client;
        client.name = "script";
        caller = std::make_unique<Scripted>(kernel_, *entrance, ledger_, client);
        kernel_.add_process(HostId{}, *caller);
        kernel_.start(caller->id());
    }
    caller->take(step);
    return true;
}

}   // namespace glasshive::door::callers
