#include "check/expectation.h"

namespace glasshive::check {

std::string grammar_page() {
    return R"(A sentence says what is measured, compares it, and says when it must be so.

| what | example |
|---|---|
| executing containers | `service web has 3 running tasks within 60s of fault 1` |
| at least, at most | `service web has at least 2 running tasks after 30s` |
| what the managers believe (`docker service ls`) | `service web has 3 reported running tasks by 30s` |
| a bound that is never passed | `service db never has more than 1 running task` |
| a node as the managers see it | `node node-2 is down within 17s of fault 1` |
| a host as it is | `host node-2 is off after 60s` |
| requests that fail | `no request to web fails after 90s` |
| a share of requests | `95% of requests to web answer within 200ms` |
| that a fault struck at all | `fault 1 strikes` |

When: `always` (the default), `by 30s`, `within 60s of start`, `within 60s of fault 1`, `after 90s`.
`within D of fault N`: from some instant at most D after each strike it holds unbroken until the next
fault or the end; a fault that never struck fails the sentence. *Running* counts containers that
execute, *reported running* what the managers believe. Without any request a sentence about requests is
undecided, which counts as not held.
)";
}

}   // namespace glasshive::check
