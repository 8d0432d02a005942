#include "viewer/model/store_rows.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

/// Fields of one type's rows; what was not said reads as nothing.
struct Rows {
    Rows(const record::State& of, std::string_view name) : state(of), type(of.type_named(name)) {}
    const record::State& state;
    std::optional<std::size_t> type;

    std::vector<const record::StateRow*> all() const {
        return type ? state.rows(*type) : std::vector<const record::StateRow*>{};
    }
    std::string_view state_of(NameId subject) const {
        const record::StateRow* row = type ? state.find(*type, subject) : nullptr;
        return row == nullptr ? "" : state.state_text(*row);
    }
    std::int64_t integer(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(*type, row, field);
        return value != nullptr && value->type == FieldType::integer ? value->value.integer : 0;
    }
    NameId name(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state.value(*type, row, field);
        const bool said = value != nullptr && value->type == FieldType::name;
        return said ? NameId{static_cast<std::uint32_t>(value->value.integer)} : NameId{};
    }
};

/// Nodes, shards and lags of a database whose copies are known.
void arrange(StoreDatabase& database, const std::vector<NameId>& ranges, const Glass& glass) {
    const auto by_text = [&](NameId a, NameId b) {
        return natural_less(glass.text(a), glass.text(b));
    };
    std::map<NameId, std::vector<std::size_t>> by_range;
    for (std::size_t i = 0; i < ranges.size(); ++i) by_range[ranges[i]].push_back(i);
    for (const CopyCell& copy : database.copies) {
        const auto& nodes = database.nodes;
        if (std::find(nodes.begin(), nodes.end(), copy.node) == nodes.end())
            database.nodes.push_back(copy.node);
    }
    std::sort(database.nodes.begin(), database.nodes.end(), by_text);
    database.nodes_up.assign(database.nodes.size(), true);
    database.hosts.resize(database.nodes.size());
    for (const auto& [range, copies] : by_range) {
        ShardRow shard{range, std::vector<int>(database.nodes.size(), -1)};
        std::int64_t furthest = 0, most = 0;
        for (const std::size_t i : copies) {
            furthest = std::max(furthest, database.copies[i].seq);
            most = std::max(most, database.copies[i].documents);
        }
        database.documents += most;
        for (const std::size_t i : copies) {
            CopyCell& copy = database.copies[i];
            // Equal copies may have counted unlike: what all agree on lags nowhere.
            copy.behind = database.agreement == "agree" ? 0 : furthest - copy.seq;
            database.behind += copy.behind > 0 ? 1 : 0;
            database.down += copy.up ? 0 : 1;
            const auto node = std::find(database.nodes.begin(), database.nodes.end(), copy.node) -
                              database.nodes.begin();
            shard.copies[static_cast<std::size_t>(node)] = static_cast<int>(i);
            database.hosts[static_cast<std::size_t>(node)] = copy.host;
            if (!copy.up) database.nodes_up[static_cast<std::size_t>(node)] = false;
        }
        database.shards.push_back(std::move(shard));
    }
    std::sort(database.shards.begin(), database.shards.end(), [&](const auto& a, const auto& b) {
        return glass.text(a.range) < glass.text(b.range);   // Hex digits of one length.
    });
}

}   // namespace

StoreNow store_of(const Picture& picture, const Glass& glass) {
    StoreNow now;
    const Rows copies(picture.state, "copy");
    const Rows hosts(picture.state, "host");
    const Rows nodes(picture.state, "node");
    const Rows databases(picture.state, "database");
    std::map<NameId, std::size_t> places;
    std::vector<std::vector<NameId>> ranges;
    for (const record::StateRow* row : copies.all()) {
        const NameId database = copies.name(*row, "database");
        if (!database.valid()) continue;
        const auto [place, fresh] = places.try_emplace(database, now.databases.size());
        if (fresh) {
            now.databases.push_back({.name = database});
            now.databases.back().agreement = databases.state_of(database);
            ranges.emplace_back();
        }
        CopyCell copy{.name = row->subject,
                      .node = copies.name(*row, "node"),
                      .host = copies.name(*row, "host"),
                      .seq = copies.integer(*row, "seq"),
                      .documents = copies.integer(*row, "documents"),
                      .said = row->since};
        const std::string_view host = hosts.state_of(copy.host);
        copy.up = host != "off" && host != "paused" && nodes.state_of(copy.node) != "down";
        now.databases[place->second].copies.push_back(copy);
        ranges[place->second].push_back(copies.name(*row, "range"));
    }
    for (std::size_t i = 0; i < ranges.size(); ++i) arrange(now.databases[i], ranges[i], glass);
    std::sort(now.databases.begin(), now.databases.end(), [&](const auto& a, const auto& b) {
        const std::string_view left = glass.text(a.name), right = glass.text(b.name);
        const bool own = left.substr(0, 1) == "_", other = right.substr(0, 1) == "_";
        return own != other ? other : natural_less(left, right);
    });
    const Rows jobs(picture.state, "replication");
    for (const record::StateRow* row : jobs.all()) {
        now.replications.push_back({row->subject, jobs.name(*row, "node"),
                                    jobs.name(*row, "reason"), jobs.name(*row, "what"),
                                    jobs.integer(*row, "written"), row->since});
    }
    std::reverse(now.replications.begin(), now.replications.end());
    return now;
}

}   // namespace glasshive::viewer
