#pragma once

#include "scenario/scenario.h"
#include "yaml/node.h"

namespace glasshive::scenario {

/// A file that is a saved session, not a scenario: it has the key `session`.
bool is_session(const yaml::Node& root);

/// Reads a saved session: the spec of the scenario that it names, with ScenarioSpec::session.
/// `more`: problems that were found in the file before. Every error otherwise, those of the
/// session's own file first; warnings alone go with the spec.
Result<ScenarioSpec> read_session(const yaml::Node& root, const std::string& file,
                                  const FileReader& read_included, const Diagnostics& more);

/// A scenario that is none of those: a session is of a scenario, not of a session.
Result<ScenarioSpec> read_plain_scenario(std::string text, const std::string& file,
                                         const FileReader& read_included, const Given& given);

}   // namespace glasshive::scenario
