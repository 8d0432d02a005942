#pragma once

#include <string>

#include "compare/plan.h"

/// What every page of results has around it.
namespace glasshive::compare {

/// From the first line of a page to the opened body: title, style for screens of light and dark
/// and for paper, nothing from elsewhere.
std::string page_open(const std::string& title);

/// The section that says how the page came to be: command, files, version, seeds. `beside`: what
/// lies in the same folder, as HTML.
std::string how_to_repeat(const Plan& plan, const std::string& command, const std::string& beside);

}   // namespace glasshive::compare
