#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "store/json/parse.h"

namespace glasshive::test {

/// The value of a JSON text, which is one.
inline store::json::Value json_value(std::string_view text) {
    store::json::Parsed parsed = store::json::parse(text);
    INFO(text << ": " << parsed.problem);
    REQUIRE(parsed.ok());
    return std::move(parsed.value);
}

/// "a=1&b=2" as an HTTP interface would hand it on; nothing in it is quoted.
inline std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> all;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view one = text.substr(0, end);
        const std::size_t middle = one.find('=');
        all.emplace_back(one.substr(0, middle), one.substr(middle + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

}   // namespace glasshive::test
