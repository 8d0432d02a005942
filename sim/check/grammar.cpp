#include "check/grammar.h"

#include <array>

#include "check/expectation.h"

namespace glasshive::check {

namespace {

constexpr std::array sentences{
    SentenceForm{"service S has (N|exactly N|at least N|at most N|no) [reported] running "
                 "task(s) WHEN",
                 "Containers that execute; with `reported`, tasks the managers believe to "
                 "run, as in "
                 "`docker service ls`.",
                 "service web has 3 running tasks within 60s of fault 1"},
    SentenceForm{"service S has (N|exactly N|at least N|at most N|no) completed task(s) WHEN",
                 "Tasks that the managers know to have ended with exit code 0; of a job, those of "
                 "its newest run.",
                 "service backup has 5 completed tasks by 2m"},
    SentenceForm{"service S never has (more|fewer) than N (running|reported running|completed) "
                 "task(s) [DURING]",
                 "A bound that is never passed.", "service db never has more than 1 running task"},
    SentenceForm{"service S is down for at most D [DURING]",
                 "Time without any executing container, once there was one, in all.",
                 "service web is down for at most 20s after 30s"},
    SentenceForm{"node H is [not] (ready|down) WHEN", "A node as the managers see it.",
                 "node node-2 is down within 17s of fault 1"},
    SentenceForm{"host H is [not] (on|off|paused) WHEN", "A host as it is.",
                 "host node-2 is off after 60s"},
    SentenceForm{"update of S is [not] (updating|paused|completed|rollback_started|"
                 "rollback_paused|rollback_completed) WHEN",
                 "How the service's newest rolling update stands, in docker's words.",
                 "update of web is completed at the end"},
    SentenceForm{"no request to S fails [DURING]", "Requests of clients.",
                 "no request to web fails after 90s"},
    SentenceForm{"every request to S fails [DURING]", "None is answered.",
                 "every request to web fails between 30s and 50s"},
    SentenceForm{"at most N request(s) to S fail(s) [DURING]", "The same, counted.",
                 "at most 5 requests to web fail"},
    SentenceForm{"at most P of requests to S fail [DURING]", "The same, as a share.",
                 "at most 2% of requests to web fail between 30s and 2m"},
    SentenceForm{"P of requests to S answer within D [DURING]",
                 "At least this share of all requests is answered that fast.",
                 "95% of requests to web answer within 200ms"},
    SentenceForm{"(at least|at most) P of requests to S take an extra hop [DURING]",
                 "Of the answered ones: those whose task is not on the node they entered.",
                 "at most 80% of requests to web take an extra hop"},
    SentenceForm{"(each|one) task of S answers at least P of requests [DURING]",
                 "Of the answered ones. Each task that executed in that time, or at least one.",
                 "each task of web answers at least 30% of requests"},
    SentenceForm{"no task of S answers more than P of requests [DURING]", "The same from above.",
                 "no task of web answers more than 40% of requests"},
    SentenceForm{"no task [of S] fails [DURING]", "Tasks that failed or were rejected.",
                 "no task of web fails"},
    SentenceForm{"at most N task(s) [of S] fail(s) [DURING]", "The same, counted.",
                 "at most 3 tasks fail after fault 1"},
    SentenceForm{"no node runs more than N task(s) of S [DURING]",
                 "Executing containers on the node that has most of them.",
                 "no node runs more than 2 tasks of web"},
    SentenceForm{"(every|no) (write to|read of) DB answers (N [or N]|nothing) [DURING]",
                 "Requests of a store's clients about documents of a database, by the status of "
                 "HTTP. `nothing`: no answer came.",
                 "every write to orders answers 202 while fault 1 lasts"},
    SentenceForm{"(at least|at most) N (write(s) to|read(s) of) DB answer(s) (N [or N]|nothing) "
                 "[DURING]",
                 "The same, counted.", "at least 5 writes to orders answer 409"},
    SentenceForm{"no read of DB is stale [DURING]",
                 "Reads that show less than some client was told before is stored.",
                 "no read of orders is stale"},
    SentenceForm{"(at least|at most) N read(s) of DB (is|are) stale [DURING]", "The same, counted.",
                 "at least 1 read of orders is stale"},
    SentenceForm{"copies of DB (agree|differ) WHEN",
                 "Whether all copies of its shards, those on nodes that are down included, hold "
                 "the same revisions. They differ when they have done so for a second.",
                 "copies of orders agree within 20s of the end of fault 1"},
    SentenceForm{"document DOC has (N|exactly N|at least N|at most N|no) conflict(s) WHEN",
                 "Live leaves beside the winner, on the copy that has most of them.",
                 "document orders/cart has 1 conflict at the end"},
    SentenceForm{"step STEP answers (N [or N]|nothing) [with TEXT]",
                 "What a step of a store's client was answered: its status, and a text without "
                 "spaces that its body holds.",
                 "step late answers 409"},
    SentenceForm{"step STEP answers with TEXT", "The same, whatever its status.",
                 "step late answers with conflict"},
    SentenceForm{"step STEP finds (N|exactly N|at least N|at most N|no) row(s)",
                 "Documents, rows or changes in its answer.", "step report finds 25 rows"},
    SentenceForm{"fault F strikes [(at least|at most|exactly) N time(s)]",
                 "That it struck at all, or how often.", "fault 1 strikes at least 2 times"},
};

constexpr std::array whens{
    SentenceForm{"within D of fault F",
                 "After each strike, from some instant at most D later, unbroken until the "
                 "next fault "
                 "or the end. A fault that never struck fails the sentence.",
                 "service web has 3 running tasks within 60s of fault 1"},
    SentenceForm{"within D of [the] start",
                 "From some instant at most D after the start, unbroken until the next fault "
                 "or the "
                 "end.",
                 "service web has 3 running tasks within 60s of start"},
    SentenceForm{"within D of the end of fault F", "After each end of the fault, likewise.",
                 "copies of orders agree within 20s of the end of fault 1"},
    SentenceForm{"by D", "The same in other words.", "service web has 3 running tasks by 60s"},
    SentenceForm{"after D", "At every instant from D on.",
                 "service web has at least 2 running tasks after 30s"},
    SentenceForm{"after fault F", "At every instant from the fault's first strike on.",
                 "service web has at least 2 running tasks after fault 1"},
    SentenceForm{"between D and D", "At every instant from the first to the second.",
                 "service web has 3 running tasks between 30s and 60s"},
    SentenceForm{"while fault F lasts", "From the fault's first strike to its end.",
                 "copies of orders differ while fault 1 lasts"},
    SentenceForm{"at the end", "When the run is over.",
                 "service web has 3 running tasks at "
                 "the end"},
    SentenceForm{"always", "At every instant of the run, its start included.",
                 "host node-1 is on always"},
};

constexpr std::array durings{
    SentenceForm{"after D", "From D on.", "no request to web fails after 90s"},
    SentenceForm{"after fault F", "From the fault's first strike on.",
                 "no request to web fails after fault 1"},
    SentenceForm{"while fault F lasts", "From the fault's first strike to its end.",
                 "every write to orders answers 202 while fault 1 lasts"},
    SentenceForm{"between D and D", "From the first to the second.",
                 "no request to web fails between 30s and 90s"},
};

std::string table(const char* heading, std::span<const SentenceForm> forms) {
    std::string text = std::string("| ") + heading + " | meaning | example |\n|---|---|---|\n";
    for (const SentenceForm& each : forms) {
        std::string form = each.form;
        for (std::size_t at = 0; (at = form.find('|', at)) != std::string::npos; at += 2) {
            form.insert(at, "\\");
        }
        text += "| `" + form + "` | " + each.meaning + " | `" + each.example + "` |\n";
    }
    return text;
}

}   // namespace

std::span<const SentenceForm> sentence_forms() { return sentences; }
std::span<const SentenceForm> when_forms() { return whens; }
std::span<const SentenceForm> during_forms() { return durings; }

std::string grammar_page() {
    return "A sentence says what is measured, compares it, and says when it must be so.\n"
           "\n"
           "`[x]` may be left out, `(x|y)` is a choice, `task(s)` stands for task and tasks. "
           "S is a\n"
           "service, H a host, N a number, F the number of a fault, D a duration or an "
           "instant, P a\n"
           "share such as `2%`, DB a database of a store (`STORE/DB` when there are\n"
           "several stores), DOC a document in it (`DB/ID`), STEP a step's name, TEXT a text\n"
           "without spaces.\n"
           "\n" +
           table("sentence", sentences) +
           "\nWithout any request a sentence about requests is undecided, which counts as not "
           "held.\n"
           "\nWHEN must be said:\n\n" +
           table("WHEN", whens) +
           "\nDURING narrows what is looked at; without it that is the whole run:\n\n" +
           table("DURING", durings);
}

}   // namespace glasshive::check
