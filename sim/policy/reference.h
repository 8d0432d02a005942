#pragma once

#include <string>

namespace glasshive::policy {

/// The part of docs/reference/lua.md about policies.
std::string reference();

}   // namespace glasshive::policy
