#include "policy/reference.h"

#include "policy/balancing.h"
#include "policy/placement.h"
#include "policy/pulls.h"
#include "policy/views.h"

namespace glasshive::policy {

std::string reference() {
    std::string text =
        "## Placement policies\n\n"
        "`scheduler: {policy: FILE.lua}` in a scenario. The script ends with `return {…}`, a table "
        "with these entries; `score` or `score_all` is required.\n\n";
    text += script::reference_of(placement_entries());
    for (const script::ViewType* type :
         {&node_type, &nodes_type, &task_type, &typical_type, &cluster_type}) {
        text += "\n" + script::reference_of(*type);
    }
    text += "\n## Pull policies\n\n`pulls: {policy: FILE.lua}` in a scenario: which image an "
            "engine downloads next.\n\n";
    text += script::reference_of(pull_entries());
    for (const script::ViewType* type : {&images_type, &engine_type}) {
        text += "\n" + script::reference_of(*type);
    }
    text += "\n## Balancers\n\n`services: [{balancer: FILE.lua}]` in a scenario: which backend "
            "gets a new connection. Swarm's own mesh knows round robin alone; this is what another "
            "one would do.\n\n";
    text += script::reference_of(balancer_entries());
    for (const script::ViewType* type : {&backends_type, &request_type}) {
        text += "\n" + script::reference_of(*type);
    }
    return text;
}

}   // namespace glasshive::policy
