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

/// "_users", or "west/_users" with several stores in a run.
bool is_system(std::string_view database) {
    return database.substr(0, 1) == "_" || database.find("/_") != std::string_view::npos;
}

/// Nodes with their hosts, and where each stands in the matrix.
void arrange_nodes(StoreDatabase& database, const Glass& glass) {
    for (const CopyCell& copy : database.copies) {
        const auto& nodes = database.nodes;
        if (std::find(nodes.begin(), nodes.end(), copy.node) == nodes.end())
            database.nodes.push_back(copy.node);
    }
    std::sort(database.nodes.begin(), database.nodes.end(),
              [&](NameId a, NameId b) { return natural_less(glass.text(a), glass.text(b)); });
    database.nodes_up.assign(database.nodes.size(), true);
    database.hosts.resize(database.nodes.size());
}

/// "00000000-7fffffff" lies in "00000000-ffffffff": hex digits of one length.
bool lies_in(std::string_view inner, std::string_view outer) {
    const std::size_t dash = outer.find('-');
    return inner != outer && dash != std::string_view::npos && inner.find('-') == dash &&
           inner.substr(0, dash) >= outer.substr(0, dash) &&
           inner.substr(dash) <= outer.substr(dash);
}

/// Where a range begins; of those that begin at one place the wider is first.
bool stands_before(std::string_view left, std::string_view right) {
    const std::size_t a = std::min(left.find('-'), left.size());
    const std::size_t b = std::min(right.find('-'), right.size());
    const int begins = left.substr(0, a).compare(right.substr(0, b));
    return begins != 0 ? begins < 0 : right.substr(b) < left.substr(a);
}

/// Copies that the map does not name, by its edits up to an instant: a split one, its halves until
/// then, and what was taken away. A copy of which no edit tells is named.
void place_copies(StoreDatabase& database, const std::vector<NameId>& ranges,
                  const Picture& picture, const Glass& glass, const StoreLog& log) {
    using Copy = std::pair<std::string_view, std::string_view>;   // Node and range.
    std::map<Copy, MapEdit::Does> told;
    for (const MapEdit& edit : log.map_edits()) {
        const bool later = number_of(picture.last) != 0 && edit.event > picture.last;
        if (later || edit.time > picture.at) break;
        if (edit.database == database.name) told[Copy{edit.node, edit.range}] = edit.does;
    }
    const auto copy_of = [&](std::size_t i) {
        return Copy{glass.text(database.copies[i].node), glass.text(ranges[i])};
    };
    std::vector<std::size_t> order(ranges.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const Copy left = copy_of(a), right = copy_of(b);
        return left.first != right.first ? left.first < right.first
                                         : stands_before(left.second, right.second);
    });
    std::vector<Copy> around;   // Of the same node, wider ones.
    for (const std::size_t i : order) {
        const Copy copy = copy_of(i);
        while (!around.empty() &&
               (around.back().first != copy.first || !lies_in(copy.second, around.back().second)))
            around.pop_back();
        const auto own = told.find(copy);
        const auto whole = around.empty() ? told.end() : told.find(around.back());
        const bool split = whole != told.end() && whole->second == MapEdit::Does::splits;
        CopyCell::Place& place = database.copies[i].place;
        if (own != told.end())
            place =
                own->second == MapEdit::Does::adds ? CopyCell::Place::asked : CopyCell::Place::left;
        else if (!around.empty() && !split)
            place = CopyCell::Place::filling;
        around.push_back(copy);
    }
}

/// What the copies of one range have in common; lags and counts of the database.
ShardRow row_of(StoreDatabase& database, NameId range, const std::vector<std::size_t>& copies) {
    ShardRow shard{range, 0, std::vector<int>(database.nodes.size(), -1)};
    std::int64_t furthest = 0;
    for (const std::size_t i : copies) {
        const CopyCell& copy = database.copies[i];
        if (copy.place != CopyCell::Place::asked) continue;
        furthest = std::max(furthest, copy.seq);
        shard.documents = std::max(shard.documents, copy.documents);
        shard.asked = true;
    }
    for (const std::size_t i : copies) {
        CopyCell& copy = database.copies[i];
        // Equal copies may have counted unlike: what all agree on lags nowhere.
        const bool lags = copy.place == CopyCell::Place::asked && database.agreement != "agree";
        copy.behind = lags ? furthest - copy.seq : 0;
        database.behind += copy.behind > 0 ? 1 : 0;
        database.down += copy.up ? 0 : 1;
        const auto node = static_cast<std::size_t>(
            std::find(database.nodes.begin(), database.nodes.end(), copy.node) -
            database.nodes.begin());
        shard.copies[node] = static_cast<int>(i);
        database.hosts[node] = copy.host;
        if (!copy.up) database.nodes_up[node] = false;
    }
    return shard;
}

/// Wider ranges stand before those that lie in them. What both hold is counted once.
void count_documents(StoreDatabase& database, const Glass& glass) {
    auto& shards = database.shards;
    std::sort(shards.begin(), shards.end(), [&](const ShardRow& a, const ShardRow& b) {
        return stands_before(glass.text(a.range), glass.text(b.range));
    });
    std::vector<std::size_t> around;                  // Rows that the next one may lie in.
    std::vector<std::int64_t> parts(shards.size());   // Documents of those within.
    std::vector<bool> split(shards.size());
    const auto close = [&](std::string_view range) {
        while (!around.empty() && !lies_in(range, glass.text(shards[around.back()].range))) {
            const std::size_t row = around.back();
            around.pop_back();
            const std::int64_t held = std::max(shards[row].documents, parts[row]);
            if (around.empty())
                database.documents += held;
            else
                parts[around.back()] += held;
            if (shards[row].asked && !split[row]) ++database.q;
        }
    };
    for (std::size_t i = 0; i < shards.size(); ++i) {
        close(glass.text(shards[i].range));
        shards[i].depth = static_cast<int>(around.size());
        for (const std::size_t outer : around) split[outer] = split[outer] || shards[i].asked;
        around.push_back(i);
    }
    close("");
}

/// Nodes, shards and lags of a database whose copies are known and placed.
void arrange(StoreDatabase& database, const std::vector<NameId>& ranges, const Glass& glass) {
    arrange_nodes(database, glass);
    std::map<NameId, std::vector<std::size_t>> by_range;
    for (std::size_t i = 0; i < ranges.size(); ++i) by_range[ranges[i]].push_back(i);
    for (const auto& [range, copies] : by_range) {
        database.shards.push_back(row_of(database, range, copies));
    }
    count_documents(database, glass);
}

}   // namespace

StoreNow store_of(const Picture& picture, const Glass& glass, const StoreLog* log) {
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
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        StoreDatabase& database = now.databases[i];
        if (log != nullptr) place_copies(database, ranges[i], picture, glass, *log);
        arrange(database, ranges[i], glass);
    }
    std::sort(now.databases.begin(), now.databases.end(), [&](const auto& a, const auto& b) {
        const std::string_view left = glass.text(a.name), right = glass.text(b.name);
        const bool own = is_system(left), other = is_system(right);
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
