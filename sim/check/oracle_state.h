#pragma once

#include <map>
#include <string>
#include <vector>

#include "check/oracle.h"
#include "check/oracle_tasks.h"
#include "check/oracle_truth.h"

namespace glasshive::check {

/// A node as the managers see it, by their own words.
struct NodeFact {
    const OracleNode* spec = nullptr;
    NameId name;
    bool heard_of = false;         ///< It was ready at least once.
    bool ready = false;            ///< Else down, or never heard of.
    OracleCommand::Do availability = OracleCommand::Do::activate;   ///< Or drain, pause.
    Time changed{};                ///< Last change of room or of any of the above.
    Time back{};                   ///< When it was last heard of again: with it comes old news.
};

/// The oracle's folds, the rules on single events (oracle.cpp) and those on the end
/// (oracle_end.cpp).
struct Oracle::State {
    State(const Names& table, OracleInput scenario);

    // Single events.
    void on_task(const Event& event);
    void on_node(const Event& event);
    void on_command(const Event& event, std::string_view said);
    void on_power(const Event& event);
    void check_update(const Event& event);
    void check_restart(const Event& event, const TaskFact& task);
    void check_placement(const Event& event, const TaskFact& task);
    void check_rejection(const Event& event, const TaskFact& task);
    bool is_too_full(const NodeFact& node, Time now);
    /// How long after a decision it is said: several managers have to agree on it first.
    Duration said_after() const {
        return input.manager.empty() ? std::chrono::seconds{2} : Duration::zero();
    }
    void check_image(const Event& event, const TaskFact& task);

    // Placement: section 1.3.
    bool matches(const swarm::ServiceSpec& spec, const OracleNode& node) const;
    /// "" when the node may take the task beside what it has, else why not.
    std::string refusal(const swarm::ServiceSpec& spec, const NodeFact& node, NameId task);
    NodeFact* node(NameId name);
    bool image_can_be_had(const std::string& image) const;
    /// From a container's start to its first good probe or its last bad one; 0: no check.
    Duration probing_most(const swarm::ServiceSpec& spec, const std::string& image) const;

    // The end.
    void judge(Time end);
    void judge_nodes();
    void judge_replicated(ServiceFact& service);
    void judge_global(ServiceFact& service);
    void judge_job(ServiceFact& service);
    void judge_task(const ServiceFact& service, TaskFact& task);
    void judge_waiting(const ServiceFact& service, const TaskFact& task);
    void judge_running(const TaskFact& task);
    void judge_progress(const ServiceFact& service, TaskFact& task);
    void judge_leftovers();
    enum class Counts : std::uint8_t { yes, no, unsure };
    Counts judge_slot(const ServiceFact& service, std::vector<TaskFact*>& tasks, bool global);
    Counts what_is_left(const ServiceFact& service, const std::vector<TaskFact*>& tasks);
    bool is_finished_here(const ServiceFact& service, const std::vector<TaskFact*>& tasks);
    Reach health(const NodeFact& node) const;
    /// Since when a thing could have gone on undisturbed.
    Duration undisturbed(Time since) const;
    std::string node_text(NameId name) const;

    void wrong(const Event& event, std::string what);
    void wrong_at_end(std::string what);
    void count(const std::string& what) { ++report.judged[what]; }
    std::string text(NameId name) const { return std::string(names.text(name)); }
    std::string text_of(std::int64_t field) const {
        return name_of(field).valid() ? text(name_of(field)) : std::string();
    }

    const Names& names;
    OracleInput input;
    GroundTruth truth;
    TaskBook book;
    RestartRule restarts;
    std::vector<NodeFact> nodes;
    std::size_t next_command = 0;
    bool session_commands = false;      ///< Then nothing is known about what was asked for.
    bool manager_was_away = false;      ///< Off at some time: attempts were counted anew.
    Time last_command{};
    Event last{};
    Time end{};
    OracleReport report;
};

}   // namespace glasshive::check
