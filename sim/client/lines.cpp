#include "client/lines.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::client {

Line* Lines::find(const std::string& name) {
    const auto found = std::find_if(all_.begin(), all_.end(),
                                    [&](const Line& each) { return each.name == name; });
    return found == all_.end() ? nullptr : &*found;
}

void Lines::add(Line line) {
    SIM_ASSERT(find(line.name) == nullptr);
    all_.push_back(std::move(line));
    present_ = all_.size() - 1;
}

void Lines::go_to(const std::string& name) {
    const Line* line = find(name);
    SIM_ASSERT(line != nullptr);
    present_ = static_cast<std::size_t>(line - all_.data());
}

void Lines::forget(const std::string& name) {
    const Line* line = find(name);
    SIM_ASSERT(line != nullptr);
    const std::string kept = present().name;
    SIM_ASSERT(name != kept);
    all_.erase(all_.begin() + (line - all_.data()));
    go_to(kept);
}

std::string why_no_name(const std::string& name) {
    const bool plain = !name.empty() && name.size() <= 40 &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_-.") == std::string::npos;
    return plain ? "" : "a name has letters, digits, - _ and ., at most 40";
}

}   // namespace glasshive::client
