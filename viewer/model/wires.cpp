#include "viewer/model/wires.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

struct Rows {
    const record::State& state;
    std::optional<std::size_t> type;

    Rows(const record::State& of, std::string_view name) : state(of), type(of.type_named(name)) {}
    std::vector<const record::StateRow*> all() const {
        return type ? state.rows(*type) : std::vector<const record::StateRow*>{};
    }
    std::int64_t integer(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(*type, row, field);
        return value != nullptr && value->type != FieldType::real ? value->value.integer : 0;
    }
    NameId name(const record::StateRow& row, std::string_view field) const {
        return NameId{static_cast<std::uint32_t>(integer(row, field))};
    }
};

/// The hosts that a side of a partition names: "host m1, host w1", "zone a".
std::vector<NameId> side_of(std::string_view words, const Picture& picture, const Glass& glass) {
    std::vector<NameId> hosts;
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find(", ", at), words.size());
        const std::string_view item = words.substr(at, end - at);
        at = end + 2;
        const std::size_t space = item.find(' ');
        if (space == std::string_view::npos) continue;
        const std::string_view what = item.substr(0, space);
        const std::string_view which = item.substr(space + 1);
        if (what == "host") {
            hosts.push_back(glass.recording().names().find(which));
            continue;
        }
        for (const HostCell& host : picture.cluster.hosts) {
            if ((what == "zone" && host.zone == which) || (what == "rack" && host.rack == which))
                hosts.push_back(host.name);
        }
    }
    return hosts;
}

void add_cuts(const Picture& picture, const Glass& glass, Wires& wires) {
    const Rows faults(picture.state, "fault");
    for (const record::StateRow* row : faults.all()) {
        if (picture.state.state_text(*row) != "active") continue;
        if (glass.text(faults.name(*row, "what")) != "partition") continue;
        Cut cut{row->subject, {}, std::string(glass.text(faults.name(*row, "target")))};
        const std::string_view words = cut.words;
        for (std::size_t at = 0; at <= words.size();) {
            const std::size_t end = std::min(words.find(" | ", at), words.size());
            cut.groups.push_back(side_of(words.substr(at, end - at), picture, glass));
            at = end + 3;
        }
        wires.cuts.push_back(std::move(cut));
    }
}

/// Messages among the last events.
struct Listener final : EventSink {
    Listener(const record::Recording& of, Time since) : recording(of), from(since) {}
    const record::Recording& recording;
    Time from;
    std::map<std::pair<NameId, NameId>, Said> said;

    void on_event(const Event& event, std::string_view) override {
        const EventKind* kind = recording.registry().find(event.kind);
        if (kind == nullptr || event.time < from || kind->name.substr(0, 8) != "message.") return;
        const std::string_view verb = kind->name.substr(8);
        const auto what = verb == "dropped"   ? Said::What::dropped
                          : verb == "stalled" ? Said::What::stalled
                          : verb == "resumed" ? Said::What::resumed
                                              : Said::What::lost;
        const NameId to{static_cast<std::uint32_t>(event.fields[0].integer)};
        said[{event.subject, to}] = {what, event.subject, to, event.time, event.id};
    }
};

}   // namespace

Wires wires_of(const Picture& picture, Glass& glass, Duration window) {
    Wires wires;
    // By name: hosts, and then switches that are known already.
    std::vector<bool> known(glass.recording().names().size() + 1, false);
    for (const HostCell& host : picture.cluster.hosts) {
        if (host.name.value < known.size()) known[host.name.value] = true;
    }
    const Rows links(picture.state, "link");
    for (const record::StateRow* row : links.all()) {
        Wire wire{.name = row->subject,
                  .a = links.name(*row, "a"),
                  .b = links.name(*row, "b"),
                  .bandwidth = links.integer(*row, "bandwidth"),
                  .down = picture.state.state_text(*row) == "down"};
        for (const NameId end : {wire.a, wire.b}) {
            if (end.value >= known.size() || known[end.value]) continue;
            known[end.value] = true;
            wires.switches.push_back(end);
        }
        wires.links.push_back(wire);
    }
    const Rows flows(picture.state, "flow");
    for (const record::StateRow* row : flows.all()) {
        const FlowNow flow{row->subject,
                           flows.name(*row, "from"),
                           flows.name(*row, "to"),
                           flows.integer(*row, "size"),
                           row->since,
                           picture.state.state_text(*row) == "stalled"};
        wires.flows.push_back(flow);
    }
    add_cuts(picture, glass, wires);
    Listener listener(glass.recording(), picture.at - window);
    const std::uint64_t last = number_of(picture.last);
    if (last > 0) {
        const record::Recording::Range range{
            .first = EventId{last > 400 ? last - 400 : 1}, .last = EventId{last}, .samples = false};
        glass.recording().replay(listener, range);
    }
    for (const auto& [pair, said] : listener.said) wires.said.push_back(said);
    std::stable_sort(wires.said.begin(), wires.said.end(),
                     [](const Said& a, const Said& b) { return a.event < b.event; });
    return wires;
}

}   // namespace glasshive::viewer
