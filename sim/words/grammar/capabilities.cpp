#include "words/grammar/capabilities.h"

#include <set>

#include "words/grammar/gotext.h"

namespace glasshive::words {

namespace {

std::set<std::string> normal(const std::vector<std::string>& names) {
    std::set<std::string> result;
    for (const std::string& name : names) result.insert(capability_name(name));
    return result.count("ALL") != 0 ? std::set<std::string>{"ALL"} : result;
}

}   // namespace

std::string capability_name(std::string name) {
    name = std::string(trimmed(name));
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (name == "ALL" || name == "RESET" || name.rfind("CAP_", 0) == 0) return name;
    return "CAP_" + name;
}

Capabilities effective_capabilities(const std::vector<std::string>& add,
                                    const std::vector<std::string>& drop) {
    const std::set<std::string> added = normal(add);
    Capabilities result;
    result.add.assign(added.begin(), added.end());
    for (const std::string& name : normal(drop)) {
        if (added.count(name) == 0) result.drop.push_back(name);
    }
    return result;
}

}   // namespace glasshive::words
