#include "viewer/model/timeline_rows.h"

#include <algorithm>

#include "base/text.h"

namespace glasshive::viewer {

std::string_view slot_of(std::string_view task) {
    const std::size_t dot = task.rfind('.');
    return dot == std::string_view::npos ? task : task.substr(0, dot);
}

std::string_view service_of(std::string_view task) { return slot_of(slot_of(task)); }

bool TimelineRows::update(const Story& story, const Glass& glass, Group group) {
    const std::size_t count = story.rows().size();
    const bool grown = count > seen_ + seen_ / 8 || (story.done() && !done_);
    if (group == group_ && (seen_ == count ? seen_ > 0 || count == 0 : !grown)) return false;
    seen_ = count;
    done_ = story.done();
    group_ = group;
    lines_.clear();
    order_.clear();
    std::vector<std::uint32_t> hosts;
    std::vector<std::uint32_t> tasks;
    for (std::uint32_t i = 0; i < count; ++i) {
        const SpanRow& row = story.rows()[i];
        if (row.type == "host" || row.type == "node") hosts.push_back(i);
        if (row.type == "task") tasks.push_back(i);
    }
    if (group == Group::all || group == Group::hosts) add(story, glass, std::move(hosts), false);
    if (group != Group::hosts) add(story, glass, std::move(tasks), group != Group::tasks);
    return true;
}

/// Sorts `rows` by name and makes lines of them: one per name, or one per slot.
void TimelineRows::add(const Story& story, const Glass& glass, std::vector<std::uint32_t> rows,
                       bool slots) {
    const auto name = [&](std::uint32_t row) {
        const std::string_view text = glass.text(story.rows()[row].subject);
        return slots ? slot_of(text) : text;
    };
    // Rows of one name stay in order of first mention: a slot's tasks follow one another.
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
        return natural_less(name(a), name(b));
    });
    std::string_view service;
    for (const std::uint32_t row : rows) {
        const std::string_view label = name(row);
        if (slots && slot_of(label) != service) {
            service = slot_of(label);
            const NameId named = glass.recording().names().find(service);
            const auto place = static_cast<std::uint32_t>(order_.size());
            lines_.push_back({service, named, place, place, true});
        }
        const auto place = static_cast<std::uint32_t>(order_.size());
        if (lines_.empty() || lines_.back().heading || lines_.back().label != label)
            lines_.push_back({label, story.rows()[row].subject, place, place, false});
        order_.push_back(row);
        lines_.back().last = place + 1;
        lines_.back().subject = story.rows()[row].subject;
    }
}

}   // namespace glasshive::viewer
