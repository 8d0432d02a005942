#pragma once

#include <span>
#include <string>

#include "script/binding.h"

/// Parts of docs/reference/lua.md, printed from the tables that scripts are bound with.
namespace glasshive::script {

/// One entry of the table that a kind of script gives back.
struct EntryInfo {
    const char* name;
    const char* arguments;   ///< "(node, task, cluster)"; "" of what is no function.
    const char* type;        ///< Of the value, or of what the function gives back.
    const char* doc;
};

/// What every script finds: asked of a sandbox, so that nothing is said that is not there.
std::string library_reference();
/// "### node" with its fields and methods as a table.
std::string reference_of(const ViewType& type);
std::string reference_of(std::span<const EntryInfo> entries);

}   // namespace glasshive::script
