#include "viewer/model/event_list.h"

#include <algorithm>
#include <sstream>

#include "base/assert.h"

namespace glasshive::viewer {

namespace {

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}   // namespace

void EventList::set_filter(const std::string& words) {
    if (words == filter_) return;
    filter_ = words;
    words_.clear();
    found_.clear();
    read_ = 0;
    damaged_ = false;
    std::istringstream in(lower(words));
    for (std::string word; in >> word;) words_.push_back(word);
}

std::optional<Diagnostic> EventList::advance(std::uint64_t events_max) {
    if (done() || events_max == 0) return std::nullopt;
    const std::uint64_t last = std::min(glass_.last(), read_ + events_max);
    const auto lines = glass_.lines(read_ + 1, last);
    if (!lines.ok()) {
        damaged_ = true;
        return lines.problems().front();
    }
    for (const EventLine& line : lines.value()) {
        const std::string text = lower(line.kind + " " + line.subject_text + " " + line.details);
        const bool all = std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
            return text.find(word) != std::string::npos;
        });
        if (all) found_.push_back(number_of(line.id));
    }
    read_ = last;
    return std::nullopt;
}

const EventLine* EventList::at(std::uint64_t position) {
    SIM_ASSERT(position < size());
    return line(gathers() ? found_[position] : position + 1);
}

std::optional<std::uint64_t> EventList::position_of(EventId event) const {
    const std::uint64_t number = std::min(number_of(event), glass_.last());
    if (!gathers()) return number == 0 ? std::nullopt : std::optional(number - 1);
    const auto after = std::upper_bound(found_.begin(), found_.end(), number);
    if (after == found_.begin()) return std::nullopt;
    return static_cast<std::uint64_t>(after - found_.begin() - 1);
}

const EventLine* EventList::line(std::uint64_t number) {
    const std::uint64_t page = (number - 1) / page_size;
    // The newest page of a recording that grows was not whole when it was read.
    if (page != page_ || (number > page_last_ && page_last_ < glass_.last())) {
        page_last_ = glass_.last();
        auto lines = glass_.lines(page * page_size + 1, (page + 1) * page_size);
        page_ = page;
        lines_ = lines.ok() ? std::move(lines.value()) : std::vector<EventLine>{};
    }
    // A damaged file may lack events: found by number, not by place.
    const auto found = std::lower_bound(
        lines_.begin(), lines_.end(), number,
        [](const EventLine& line, std::uint64_t wanted) { return number_of(line.id) < wanted; });
    return found != lines_.end() && number_of(found->id) == number ? &*found : nullptr;
}

}   // namespace glasshive::viewer
