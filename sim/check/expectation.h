#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

/// Expectations: sentences about a run that must hold, such as
/// "service web has 3 running tasks within 60s of fault 1". Here they are read; verdict.h judges
/// them. `grammar_page()` is the language's description.
namespace glasshive::check {

/// What a sentence measures.
enum class Measure : std::uint8_t {
    running,             ///< Containers of a service that execute (container.started/ended).
    reported_running,    ///< Its tasks in observed state running: REPLICAS of `docker service ls`.
    completed,           ///< Its tasks observed COMPLETE, of the present run when it is a job.
    tasks_on_one_node,   ///< Executing containers of a service on the node that has most of them.
    task_failures,       ///< Tasks that failed or were rejected, of one service or of all.
    downtime,            ///< Time in which a service that was up had no executing container.
    node_state,          ///< What the managers believe: ready or down.
    host_state,          ///< What is so: on, off or paused.
    update_state,        ///< How a service's newest update stands.
    requests_failed,     ///< Share (or number) of a service's requests that failed.
    requests_answered,   ///< Share of a service's requests answered within a latency.
    requests_hopping,    ///< Share of answered requests whose backend is not on the node entered.
    share_of_a_task,     ///< Share of a service's answered requests that single tasks answered.
    fault_strikes,       ///< How often a fault struck.
    copies_agree,        ///< Whether all copies of a store's database hold the same revisions.
    conflicts,           ///< Conflicts of a document, on the copy that has most of them.
    store_answers,       ///< Requests about a database that were answered with some statuses.
    stale_reads,         ///< Reads of a database that showed less than a client was told before.
    step_answer,         ///< What one step of a script was answered.
};

enum class Comparison : std::uint8_t { exactly, at_least, at_most };

/// When a sentence must be true.
///
/// The state of an instant is what is true once everything of that instant has happened.
struct When {
    enum class Kind : std::uint8_t {
        always,            ///< At every instant of the run.
        within_of_start,   ///< From some instant <= span, unbroken until the next fault or the end.
        within_of_fault_end,   ///< For every end of the fault, likewise.
        within_of_fault,       ///< For every strike: from some instant <= strike + span, likewise.
        after,                 ///< At every instant from `span` on.
        after_fault,           ///< At every instant from the first strike of `fault` on.
        during_fault,          ///< From the first strike of `fault` to its end.
        between,               ///< At every instant from `span` to `until`.
        at_end,                ///< When the run is over.
    };
    Kind kind = Kind::always;
    Duration span{};
    Duration until{};         ///< between only.
    std::int64_t fault = 0;   ///< Of those about a fault: its place in the list, from 1.
};

/// One sentence, understood.
struct Expectation {
    std::string text;             ///< As the user wrote it.
    Measure measure = Measure::running;
    std::string service;          ///< Of most measures; empty: all services (task_failures only).
    std::string host;             ///< node_state and host_state.
    std::string database;         ///< Of a store: copies_agree, store_answers, stale_reads.
    std::string document;         ///< conflicts: "orders/cart".
    std::string step;             ///< step_answer.
    std::string verb;             ///< store_answers: "write" or "read". step_answer: "rows", "".
    std::vector<std::int64_t> statuses;   ///< store_answers, step_answer; 0: no answer.
    std::string with;                     ///< step_answer: what its body holds; empty: anything.
    bool every = false;                   ///< store_answers: all of them; else compare `number`.
    /// node_state: ready, down. host_state: on, off, paused. update_state: docker's own words.
    std::string state;
    bool negated = false;         ///< "is not down".
    Comparison comparison = Comparison::exactly;
    std::int64_t number = 0;      ///< What counts are compared with.
    double share = 0;             ///< requests_* and share_of_a_task: 0..1.
    bool one_is_enough = false;   ///< share_of_a_task: of some task, not of each.
    bool counts_requests = false; ///< requests_failed: compare `number`, not `share`.
    Duration limit{};             ///< requests_answered: the latency; downtime: the bound.
    std::int64_t fault = 0;       ///< fault_strikes: which.
    When when;
    std::string file;             ///< Where it is written, for messages.
    int line = 0;
    std::string path;             ///< "expect[0]"
};

/// Reads one sentence. On failure: one Diagnostic (file, line and path as given) that quotes the
/// word that does not fit and hints at what could stand there.
Result<Expectation> parse_expectation(std::string_view text, const std::string& file = "",
                                      int line = 0, const std::string& path = "");

/// What sentences may speak of.
struct KnownNames {
    std::vector<std::string> services;   ///< Full names.
    std::vector<std::string> hosts;
    std::int64_t faults = 0;             ///< How many the scenario has.
    Duration duration{};                 ///< Of the run; 0: unknown.
    /// Services that some client calls: sentences about requests to others can never be decided.
    std::vector<std::string> called;
    std::vector<std::string> databases;   ///< Of stores, as events call them.
    std::vector<std::string> steps;       ///< Of stores' clients.
};

/// Everything in the sentences that the scenario does not have: unknown services and hosts (with
/// the nearest name), faults that are not in the list, instants after the end.
Diagnostics check_names(const std::vector<Expectation>& expectations, const KnownNames& known);

/// The sentences' language for people, in Markdown: every form with its meaning and an example.
std::string grammar_page();

}   // namespace glasshive::check
