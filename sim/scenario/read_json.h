#pragma once

#include <string>

#include "yaml/reader.h"

namespace glasshive::scenario {

/// A value of the file as JSON text: maps, lists, numbers, truths and texts as YAML 1.2 reads them;
/// what stands in quotes is a text, and so are numbers that JSON does not have (0x1f, .5).
std::string json_of(const yaml::Value& value);

}   // namespace glasshive::scenario
