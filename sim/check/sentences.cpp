#include "check/sentence_parser.h"

/// The grammar itself: one function per form, as check/grammar.h lists them.
namespace glasshive::check {

namespace {

constexpr std::string_view service_name = "a service's name";

void compare(Expectation& out, Comparison comparison, std::int64_t number) {
    out.comparison = comparison;
    out.number = number;
}

}   // namespace

bool SentenceParser::sentence(Expectation& out) {
    if (accept("service")) return service_sentence(out);
    if (accept("node")) {
        out.measure = Measure::node_state;
        return machine_sentence(out);
    }
    if (accept("host")) {
        out.measure = Measure::host_state;
        return machine_sentence(out);
    }
    if (accept("update of")) return update_sentence(out);
    if (accept("no")) return no_sentence(out);
    if (accept("at most")) return at_most_sentence(out);
    if (accept("at least")) return at_least_sentence(out);
    if (accept("every request to")) {
        out.measure = Measure::requests_failed;
        out.comparison = Comparison::at_least;
        out.share = 1;
        return name(out.service, service_name) && accept("fails") && window_or_nothing(out.when);
    }
    if (accept_any({"every write to", "every read of"})) {
        out.verb = words_[1];
        out.every = true;
        return store_requests(out);
    }
    if (accept("copies of")) return copies_sentence(out);
    if (accept("document")) return document_sentence(out);
    if (accept("step")) return step_sentence(out);
    if (accept("each task of")) return share_of_task(out);
    if (accept("one task of")) {
        out.one_is_enough = true;
        return share_of_task(out);
    }
    if (accept("fault")) return fault_sentence(out);
    return answered_sentence(out);
}

bool SentenceParser::service_sentence(Expectation& out) {
    if (!name(out.service, service_name)) return false;
    if (accept("has")) return has(out);
    if (accept("never has")) return never_has(out);
    if (accept("is down for at most")) {
        out.measure = Measure::downtime;
        return duration(out.limit) && window_or_nothing(out.when);
    }
    return false;
}

bool SentenceParser::has(Expectation& out) {
    return comparison(out) && running_tasks(out) && when(out.when);
}

bool SentenceParser::comparison(Expectation& out) {
    std::int64_t n = 0;
    if (accept("at least")) {
        if (!number(n)) return false;
        compare(out, Comparison::at_least, n);
    } else if (accept("at most")) {
        if (!number(n)) return false;
        compare(out, Comparison::at_most, n);
    } else if (accept("no")) {
        compare(out, Comparison::exactly, 0);
    } else {
        accept("exactly");
        if (!number(n)) return false;
        compare(out, Comparison::exactly, n);
    }
    return true;
}

bool SentenceParser::running_tasks(Expectation& out) {
    if (accept("completed")) {
        out.measure = Measure::completed;
        return accept_any({"tasks", "task"});
    }
    out.measure = accept("reported") ? Measure::reported_running : Measure::running;
    return accept("running") && accept_any({"tasks", "task"});
}

bool SentenceParser::never_has(Expectation& out) {
    std::int64_t n = 0;
    if (accept("more than")) {
        if (!number(n)) return false;
        compare(out, Comparison::at_most, n);
    } else if (accept("fewer than")) {
        if (!number(n)) return false;
        compare(out, Comparison::at_least, n);
    } else {
        return false;
    }
    return running_tasks(out) && window_or_nothing(out.when);
}

bool SentenceParser::machine_sentence(Expectation& out) {
    const bool node = out.measure == Measure::node_state;
    if (!name(out.host, node ? "a node's name" : "a host's name") || !accept("is")) return false;
    out.negated = accept("not");
    for (const std::string_view state : {"ready", "down", "on", "off", "paused"}) {
        const bool of_node = state == "ready" || state == "down";
        if (of_node != node || !accept(state)) continue;
        out.state = std::string(state);
        return when(out.when);
    }
    return false;
}

bool SentenceParser::update_sentence(Expectation& out) {
    out.measure = Measure::update_state;
    if (!name(out.service, service_name) || !accept("is")) return false;
    out.negated = accept("not");
    for (const std::string_view state : {"updating", "paused", "completed", "rollback_started",
                                         "rollback_paused", "rollback_completed"}) {
        if (!accept(state)) continue;
        out.state = std::string(state);
        return when(out.when);
    }
    return false;
}

bool SentenceParser::no_sentence(Expectation& out) {
    compare(out, Comparison::at_most, 0);
    if (accept("request to")) {
        out.measure = Measure::requests_failed;
        out.counts_requests = true;
        return name(out.service, service_name) && accept("fails") && window_or_nothing(out.when);
    }
    if (accept("task")) {
        out.measure = Measure::task_failures;
        if (accept("of") && !name(out.service, service_name)) return false;
        if (!out.service.empty() && accept("answers more than")) {
            out.measure = Measure::share_of_a_task;
            return percent(out.share) && accept("of requests") && window_or_nothing(out.when);
        }
        return accept("fails") && window_or_nothing(out.when);
    }
    if (accept_any({"write to", "read of"})) {
        out.verb = words_[1];
        return store_requests(out);
    }
    if (accept("node runs more than")) {
        out.measure = Measure::tasks_on_one_node;
        return number(out.number) && accept_any({"tasks of", "task of"}) &&
               name(out.service, service_name) && window_or_nothing(out.when);
    }
    return false;
}

bool SentenceParser::at_most_sentence(Expectation& out) {
    out.comparison = Comparison::at_most;
    if (percent(out.share)) {
        out.measure = Measure::requests_failed;
        if (!accept("of requests to") || !name(out.service, service_name)) return false;
        if (accept("take an extra hop")) out.measure = Measure::requests_hopping;
        else if (!accept("fail")) return false;
        return window_or_nothing(out.when);
    }
    if (!number(out.number)) return false;
    if (accept_any({"writes to", "write to", "reads of", "read of"})) {
        out.verb = words_[3].substr(0, words_[3][0] == 'w' ? 5 : 4);
        return store_requests(out);
    }
    if (accept_any({"requests to", "request to"})) {
        out.measure = Measure::requests_failed;
        out.counts_requests = true;
        return name(out.service, service_name) && accept_any({"fail", "fails"}) &&
               window_or_nothing(out.when);
    }
    if (accept_any({"tasks", "task"})) {
        out.measure = Measure::task_failures;
        if (accept("of") && !name(out.service, service_name)) return false;
        return accept_any({"fail", "fails"}) && window_or_nothing(out.when);
    }
    return false;
}

bool SentenceParser::at_least_sentence(Expectation& out) {
    out.comparison = Comparison::at_least;
    if (number(out.number)) {
        if (!accept_any({"writes to", "write to", "reads of", "read of"})) return false;
        out.verb = words_[3].substr(0, words_[3][0] == 'w' ? 5 : 4);
        return store_requests(out);
    }
    out.measure = Measure::requests_hopping;
    return percent(out.share) && accept("of requests to") && name(out.service, service_name) &&
           accept("take an extra hop") && window_or_nothing(out.when);
}

/// After "each task of" or "one task of".
bool SentenceParser::share_of_task(Expectation& out) {
    out.comparison = Comparison::at_least;
    out.measure = Measure::share_of_a_task;
    return name(out.service, service_name) && accept("answers at least") && percent(out.share) &&
           accept("of requests") && window_or_nothing(out.when);
}

bool SentenceParser::answered_sentence(Expectation& out) {
    out.measure = Measure::requests_answered;
    out.comparison = Comparison::at_least;
    return percent(out.share) && accept("of requests to") && name(out.service, service_name) &&
           accept("answer within") && duration(out.limit, "a duration such as 200ms") &&
           window_or_nothing(out.when);
}

bool SentenceParser::fault_sentence(Expectation& out) {
    out.measure = Measure::fault_strikes;
    if (!number(out.fault) || !accept("strikes")) return false;
    compare(out, Comparison::at_least, 1);
    if (at_ == words_.size()) return true;
    if (accept("at least")) {
        out.comparison = Comparison::at_least;
    } else if (accept("at most")) {
        out.comparison = Comparison::at_most;
    } else if (accept("exactly")) {
        out.comparison = Comparison::exactly;
    } else {
        return false;
    }
    return number(out.number) && accept_any({"times", "time"});
}

bool SentenceParser::when(When& out) {
    if (accept("within")) return within(out);
    if (accept("by")) {
        out.kind = When::Kind::within_of_start;
        return duration(out.span, "an instant such as 30s");
    }
    if (accept("always")) return true;
    if (accept("at the end")) {
        out.kind = When::Kind::at_end;
        return true;
    }
    return window(out);
}

bool SentenceParser::within(When& out) {
    if (!duration(out.span) || !accept("of")) return false;
    if (accept_any({"start", "the start"})) {
        out.kind = When::Kind::within_of_start;
        return true;
    }
    const bool end = accept("the end of");
    out.kind = end ? When::Kind::within_of_fault_end : When::Kind::within_of_fault;
    return accept("fault") && number(out.fault);
}

bool SentenceParser::window(When& out) {
    if (accept("after")) {
        if (accept("fault")) {
            out.kind = When::Kind::after_fault;
            return number(out.fault);
        }
        out.kind = When::Kind::after;
        return duration(out.span, "an instant such as 90s");
    }
    if (accept("while fault")) {
        out.kind = When::Kind::during_fault;
        return number(out.fault) && accept("lasts");
    }
    if (accept("between")) {
        out.kind = When::Kind::between;
        return duration(out.span, "an instant such as 30s") && accept("and") &&
               duration(out.until, "an instant such as 90s");
    }
    return false;
}

bool SentenceParser::window_or_nothing(When& out) {
    if (at_ == words_.size() || window(out)) return true;
    refuse("the end of the sentence");
    return false;
}

}   // namespace glasshive::check
