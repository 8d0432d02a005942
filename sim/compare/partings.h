#pragma once

#include <string>
#include <vector>

#include "compare/measured.h"
#include "compare/plan.h"
#include "offline/parting.h"
#include "swarm/scheduler/policy.h"

namespace glasshive::compare {

/// Whether a run is also held against the reference policy, choice by choice: every policy but the
/// first, under the first seed.
bool looks_for_parting(const Plan& plan, const RunKey& key);

/// What the report says of it. `task` describes what was to be placed.
Parting parting_of(const offline::Parting& found, const std::string& task,
                   const swarm::Policy& reference, const swarm::Policy& other);
/// The two chose alike as far as choices were kept.
Parting no_parting(std::uint64_t choices);

/// What a task asks, for people: "task 17 (web): 2 CPUs, 4096 MiB, 1 GPU".
std::string task_text(const workload::trace::Task& task, std::uint64_t who);

/// One sentence for a table on a terminal.
std::string parting_text(const Parting& parting, const std::string& reference,
                         const std::string& other);

}   // namespace glasshive::compare
