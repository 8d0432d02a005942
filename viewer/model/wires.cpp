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
        const bool said = slot < values.size() && values[slot].type == FieldType::name;
        return said ? NameId{static_cast<std::uint32_t>(values[slot].value.integer)} : NameId{};
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

void add_cuts(const Picture& picture, const Glass& glass, const std::vector<Cut>& before,
              Wires& wires) {
    const Rows faults(picture.state, "fault");
    const std::size_t what = faults.slot("what"), target = faults.slot("target");
    for (const record::StateRow* row : faults.all()) {
        if (picture.state.state_text(*row) != "active") continue;
        const auto values = faults.values(*row);
        Cut cut{.fault = row->subject, .what = Rows::name(values, what)};
        cut.words = glass.text(Rows::name(values, target));
        cut.whole = glass.text(cut.what) == "partition";
        if (!cut.whole && cut.words.find(" | ") == std::string::npos) continue;
        const auto known = std::find_if(before.begin(), before.end(), [&](const Cut& one) {
            return one.fault == cut.fault && one.words == cut.words;
        });
        if (known != before.end()) {
            wires.cuts.push_back(*known);
            continue;
        }
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

void read_link(const record::State& state, const Rows& links, const record::StateRow& row,
               Wire& wire) {
    const auto values = links.values(row);
    wire.name = row.subject;
    wire.down = state.state_text(row) == "down";
    wire.a = Rows::name(values, links.slot("a"));
    wire.b = Rows::name(values, links.slot("b"));
    wire.bandwidth = Rows::integer(values, links.slot("bandwidth"));
    wire.latency = Rows::integer(values, links.slot("latency"));
    wire.loss = Rows::integer(values, links.slot("loss"));
    wire.worse = Rows::name(values, links.slot("worse"));
}

/// Brings `wires` up to `state`.
void read_links(const record::State& state, Wires& wires) {
    const Rows links(state, "link");
    std::size_t count = 0;
    bool changed = false;
    const auto take = [&](const record::StateRow& row) {
        const std::size_t i = count++;
        if (i < wires.read.size() && wires.read[i].name == row.subject &&
            wires.read[i].last == row.last)
            return;
        if (i == wires.read.size()) {
            wires.read.emplace_back();
            wires.links.emplace_back();
        }
        wires.other_links |= wires.read[i].name != row.subject;
        wires.read[i] = {row.subject, row.last};
        read_link(state, links, row, wires.links[i]);
        changed = true;
    };
    if (links.type) state.each(*links.type, take);
    wires.other_links |= count != wires.links.size();
    wires.links.resize(count);
    wires.read.resize(count);
    if (!changed && !wires.other_links) return;
    wires.odd.clear();
    for (std::size_t i = 0; i < count; ++i) {
        if (wires.links[i].odd()) wires.odd.push_back(static_cast<int>(i));
    }
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
    wires.read = std::move(before.read);
    wires.odd = std::move(before.odd);
    wires.busy = std::move(before.busy);
    wires.switches = std::move(before.switches);
    read_links(picture.state, wires);
    if (wires.other_links) wires.switches = switches_of(picture, glass, wires);
    const Rows flows(picture.state, "flow");
    const std::size_t from = flows.slot("from"), to = flows.slot("to"), size = flows.slot("size");
    for (const record::StateRow* row : flows.all()) {
        const auto values = flows.values(*row);
        wires.flows.push_back({row->subject, Rows::name(values, from), Rows::name(values, to),
                               Rows::integer(values, size), row->since,
                               picture.state.state_text(*row) == "stalled"});
    }
    add_cuts(picture, glass, before.cuts, wires);
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
