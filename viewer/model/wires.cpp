#include "viewer/model/wires.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

/// Live subjects of a type. Fields are found once, not at every row: there may be 100,000 links.
struct Rows {
    const record::State& state;
    std::optional<std::size_t> type;

    Rows(const record::State& of, std::string_view name) : state(of), type(of.type_named(name)) {}
    std::vector<const record::StateRow*> all() const {
        return type ? state.rows(*type) : std::vector<const record::StateRow*>{};
    }
    /// SIZE_MAX: no kind of event has such a field.
    std::size_t slot(std::string_view field) const {
        if (!type) return SIZE_MAX;
        const auto& fields = state.plan().types[*type].fields;
        const auto found = std::find(fields.begin(), fields.end(), field);
        return found == fields.end() ? SIZE_MAX : static_cast<std::size_t>(found - fields.begin());
    }
    std::span<const record::StateValue> values(const record::StateRow& row) const {
        return state.values(*type, row);
    }
    static std::int64_t integer(std::span<const record::StateValue> values, std::size_t slot) {
        if (slot >= values.size()) return 0;
        const record::StateValue& value = values[slot];
        const bool said = value.type != FieldType::none && value.type != FieldType::real;
        return said ? value.value.integer : 0;
    }
    static NameId name(std::span<const record::StateValue> values, std::size_t slot) {
        return NameId{static_cast<std::uint32_t>(integer(values, slot))};
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
    const std::size_t what = faults.slot("what"), target = faults.slot("target");
    for (const record::StateRow* row : faults.all()) {
        if (picture.state.state_text(*row) != "active") continue;
        const auto values = faults.values(*row);
        if (glass.text(Rows::name(values, what)) != "partition") continue;
        Cut cut{row->subject, {}, std::string(glass.text(Rows::name(values, target)))};
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

/// Brings `wires` up to `state`. True when there are others than before.
bool read_links(const record::State& state, std::vector<Wire>& wires) {
    const Rows links(state, "link");
    const std::size_t lower = links.slot("a"), upper = links.slot("b");
    const std::size_t rate = links.slot("bandwidth");
    const auto all = links.all();
    bool others = wires.size() != all.size();
    wires.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        Wire& wire = wires[i];
        wire.down = state.state_text(*all[i]) == "down";
        if (wire.name == all[i]->subject) continue;
        const auto values = links.values(*all[i]);
        others = true;
        wire.name = all[i]->subject;
        wire.a = Rows::name(values, lower);
        wire.b = Rows::name(values, upper);
        wire.bandwidth = Rows::integer(values, rate);
    }
    return others;
}

std::vector<NameId> switches_of(const Picture& picture, const Glass& glass, const Wires& wires) {
    std::vector<NameId> switches;
    // By name: hosts, and then switches that are known already.
    std::vector<bool> known(glass.recording().names().size() + 1, false);
    for (const HostCell& host : picture.cluster.hosts) {
        if (host.name.value < known.size()) known[host.name.value] = true;
    }
    for (const Wire& wire : wires.links) {
        for (const NameId end : {wire.a, wire.b}) {
            if (end.value >= known.size() || known[end.value]) continue;
            known[end.value] = true;
            switches.push_back(end);
        }
    }
    return switches;
}

}   // namespace

Wires wires_of(const Picture& picture, Glass& glass, Duration window, Wires before) {
    Wires wires;
    wires.links = std::move(before.links);
    wires.switches = std::move(before.switches);
    if (read_links(picture.state, wires.links)) wires.switches = switches_of(picture, glass, wires);
    const Rows flows(picture.state, "flow");
    const std::size_t from = flows.slot("from"), to = flows.slot("to"), size = flows.slot("size");
    for (const record::StateRow* row : flows.all()) {
        const auto values = flows.values(*row);
        wires.flows.push_back({row->subject, Rows::name(values, from), Rows::name(values, to),
                               Rows::integer(values, size), row->since,
                               picture.state.state_text(*row) == "stalled"});
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
