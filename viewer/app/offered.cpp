// What can be done about the selection: from names and states to offers.
#include "viewer/app/offered.h"

#include <algorithm>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

struct OfferedMemory {
    Selection of;
    Time at{};
    EventId last{};
    std::size_t span = 0;
    bool read = false;
    Offered offered;
    std::vector<ActiveFault> active;
    std::vector<Offer> ends;
};

struct FaultSpan {
    std::size_t chosen = 0;
};

std::optional<Duration> lasts_of(std::size_t span) {
    static constexpr int seconds[] = {0, 10, 60, 300};
    if (span == 0) return std::nullopt;
    return std::chrono::seconds{seconds[span]};
}

/// The text of a field of a row; "" where nobody said it.
std::string said(const View& view, std::size_t type, const record::StateRow& row,
                 std::string_view field) {
    const record::StateValue* value = view.now().state.value(type, row, field);
    if (value == nullptr) return "";
    return field_text(value->type, value->value, view.glass().recording().names());
}

/// All that goes by a name: a host and a node, a task and its container once.
std::vector<Subject> subjects_of(const View& view, NameId name) {
    const record::State& state = view.now().state;
    const std::string text(view.glass().text(name));
    std::vector<Subject> subjects;
    for (const char* word : {"fault", "host", "node", "link", "service", "container", "task"}) {
        const auto type = state.type_named(word);
        const record::StateRow* row = type ? state.find(*type, name) : nullptr;
        if (row == nullptr) continue;
        Subject subject{.type = word, .name = text, .state = std::string(state.state_text(*row))};
        if (subject.type == "container") subject.host = said(view, *type, *row, "host");
        if (subject.type == "task") subject.host = said(view, *type, *row, "node");
        if (subject.type == "node") {
            subject.availability = said(view, *type, *row, "availability");
            if (subject.availability.empty()) subject.availability = "active";
        }
        for (const ServiceRow& service : view.now().cluster.services) {
            if (subject.type == "service" && service.name == name && service.mode == "replicated")
                subject.replicas = service.desired;
        }
        const bool again = subject.type == "task" && !subjects.empty();
        if (!again) subjects.push_back(std::move(subject));
    }
    const auto& hosts = view.now().cluster.hosts;
    const auto within = [&](std::string HostCell::*where) {
        return std::any_of(hosts.begin(), hosts.end(),
                           [&](const HostCell& host) { return host.*where == text; });
    };
    if (subjects.empty() && !text.empty()) {
        if (within(&HostCell::zone))
            subjects.push_back({.type = "zone", .name = text});
        else if (within(&HostCell::rack))
            subjects.push_back({.type = "rack", .name = text});
    }
    return subjects;
}

Offered offered_now(View& view, NameId name, const std::vector<ActiveFault>& active,
                    std::size_t span) {
    Offered offered{.name = std::string(view.glass().text(name)), .groups = {}};
    for (const Subject& subject : subjects_of(view, name)) {
        OfferGroup group{subject.type, offers_for(subject, active, lasts_of(span))};
        if (!group.offers.empty()) offered.groups.push_back(std::move(group));
    }
    return offered;
}

OfferedMemory& remembered(View& view) {
    auto& memory = view.memory().of<OfferedMemory>();
    const Selection& selection = view.selection();
    const std::size_t span = chosen_span(view);
    if (memory.read && memory.of.subject == selection.subject &&
        memory.of.hosts == selection.hosts && memory.at == view.now().at &&
        memory.last == view.now().last && memory.span == span)
        return memory;
    memory.read = true;
    memory.of = selection;
    memory.at = view.now().at;
    memory.last = view.now().last;
    memory.span = span;
    memory.active = active_faults(view.now().state, view.glass().recording().names());
    memory.ends = offers_to_heal(memory.active);
    if (selection.hosts.empty()) {
        memory.offered = offered_now(view, selection.subject, memory.active, span);
        return memory;
    }
    std::vector<std::string> names;
    for (const NameId host : selection.hosts) names.emplace_back(view.glass().text(host));
    memory.offered = {.name = std::to_string(names.size()) + " hosts",
                      .groups = {{"hosts", offers_for_hosts(names, lasts_of(span))}}};
    return memory;
}

}   // namespace

std::size_t& chosen_span(View& view) { return view.own().of<FaultSpan>().chosen; }

const Offered& offered(View& view) { return remembered(view).offered; }

const std::vector<Offer>& offered_ends(View& view) { return remembered(view).ends; }

Offered offered_of(View& view, NameId name) {
    return offered_now(view, name, remembered(view).active, chosen_span(view));
}

std::string refusal(const View& view) {
    const Status* run = view.live();
    if (run == nullptr) return "A recording is over; play with its run: glasshive view --live FILE";
    if (run->mode == Mode::starting) return "The run is starting";
    if (run->mode == Mode::dead) return "The run's process is gone: go back (R) to start another";
    if (!view.following())
        return "This is the past: go to the end (End), or back to here with the whole run (R)";
    if (run->mode == Mode::ended) return "The run is over: go back first, then R";
    return "";
}

std::string tip_of(const View& view, const Offer& offer) {
    const std::string why = offer.refused.empty() ? refusal(view) : offer.refused;
    return offer.tooltip + "\n" + (why.empty() ? offer.text.substr(0, 160) + offer.typed : why);
}

}   // namespace glasshive::viewer
