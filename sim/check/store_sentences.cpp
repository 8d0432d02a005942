#include "check/sentence_parser.h"

/// Sentences about document stores.
namespace glasshive::check {

bool SentenceParser::copies_sentence(Expectation& out) {
    out.measure = Measure::copies_agree;
    if (!name(out.database, "a database's name")) return false;
    if (accept("differ")) {
        out.negated = true;
        return when(out.when);
    }
    return accept("agree") && when(out.when);
}

bool SentenceParser::document_sentence(Expectation& out) {
    out.measure = Measure::conflicts;
    return name(out.document, "a document such as orders/cart") && accept("has") &&
           comparison(out) && accept_any({"conflicts", "conflict"}) && when(out.when);
}

bool SentenceParser::status(Expectation& out) {
    std::int64_t status = 0;
    if (!number(status)) return false;
    out.statuses.push_back(status);
    return true;
}

bool SentenceParser::statuses(Expectation& out) {
    if (accept("nothing")) {
        out.statuses.push_back(0);
        return true;
    }
    return status(out) && (!accept("or") || status(out));
}

bool SentenceParser::step_sentence(Expectation& out) {
    out.measure = Measure::step_answer;
    if (!name(out.step, "a step's name")) return false;
    if (accept("finds")) {
        out.verb = "rows";
        return comparison(out) && accept_any({"rows", "row"});
    }
    if (!accept("answers")) return false;
    if (!accept("with")) {
        if (!statuses(out)) return false;
        if (at_ == words_.size()) return true;
        if (!accept("with")) {
            refuse("the end of the sentence");
            return false;
        }
    }
    return name(out.with, "what the answer holds");
}

bool SentenceParser::store_requests(Expectation& out) {
    if (!name(out.database, "a database's name")) return false;
    const bool one = out.every || words_[0] == "no";
    const bool stale = out.verb == "read" && !out.every;
    if (stale && (accept("is stale") || (!one && accept("are stale")))) {
        out.measure = Measure::stale_reads;
        return window_or_nothing(out.when);
    }
    out.measure = Measure::store_answers;
    return (accept("answers") || (!one && accept("answer"))) && statuses(out) &&
           window_or_nothing(out.when);
}

}   // namespace glasshive::check
