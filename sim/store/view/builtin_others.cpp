// _count, _top_N, _bottom_N, _first, _last.
// Source: couch_query_servers.erl, builtin_rank_n/4, builtin_first_last/3.
#include <algorithm>
#include <vector>

#include "store/collate/collate.h"
#include "store/json/builder.h"
#include "store/view/builtin.h"

namespace glasshive::store::view::builtin {

namespace {

using json::View;

json::Value integer(std::int64_t value) {
    json::Builder out;
    out.integer(value);
    return out.take();
}

class Count final : public Reducer {
  public:
    Reduced reduce(std::span<const Row> rows) override {
        return integer(static_cast<std::int64_t>(rows.size()));
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        std::int64_t total = 0;
        for (const json::Value& part : parts) total += part.view().integer().value_or(0);
        return integer(total);
    }
};

/// A part is the array of values, the first one first.
class Extremes final : public Reducer {
  public:
    Extremes(std::size_t rank, bool top) : rank_(rank), top_(top) {}

    Reduced reduce(std::span<const Row> rows) override {
        std::vector<View> best;
        for (const Row& row : rows) add(best, row.value.view());
        return write(best);
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        std::vector<View> best;
        for (const json::Value& part : parts) {
            for (const View value : part.view().elements()) add(best, value);
        }
        return write(best);
    }

  private:
    void add(std::vector<View>& best, View value) const {
        const auto order = [this](View a, View b) {
            const int result = collate::compare(a, b);
            return top_ ? result > 0 : result < 0;
        };
        const auto at = std::lower_bound(best.begin(), best.end(), value, order);
        if (at != best.end() && !order(value, *at)) return;   // Equal: the first one stays.
        best.insert(at, value);
        if (best.size() > rank_) best.pop_back();
    }
    static json::Value write(const std::vector<View>& best) {
        json::Builder out;
        out.begin_array();
        for (const View value : best) out.copy(value);
        out.end_array();
        return out.take();
    }

    std::size_t rank_;
    bool top_;
};

/// A part is [key, id, value].
class Edge final : public Reducer {
  public:
    explicit Edge(bool first) : first_(first) {}

    Reduced reduce(std::span<const Row> rows) override {
        const Row* best = &rows[0];
        for (const Row& row : rows.subspan(1)) {
            if (wins(row.key.view(), row.id.view(), best->key.view(), best->id.view())) best = &row;
        }
        json::Builder out;
        out.begin_array();
        out.copy(best->key.view());
        out.text(best->id.view());
        out.copy(best->value.view());
        out.end_array();
        return out.take();
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        const json::Value* best = &parts[0];
        for (const json::Value& part : parts.subspan(1)) {
            if (wins(at(part, 0), at(part, 1).text(), at(*best, 0), at(*best, 1).text()))
                best = &part;
        }
        return *best;
    }
    json::Value finalize(const json::Value& part) const override {
        json::Builder out;
        out.copy(at(part, 2));
        return out.take();
    }

  private:
    static View at(const json::Value& part, int index) {
        auto element = part.view().elements().begin();
        for (int i = 0; i < index; ++i) ++element;
        return *element;
    }
    bool wins(View key, std::string_view id, View best_key, std::string_view best_id) const {
        int order = collate::compare(key, best_key);
        if (order == 0) order = collate::compare_bytes(id, best_id);
        return first_ ? order < 0 : order >= 0;   // The last of equal ones.
    }

    bool first_;
};

}   // namespace

std::unique_ptr<Reducer> count() { return std::make_unique<Count>(); }
std::unique_ptr<Reducer> extremes(std::size_t rank, bool top) {
    return std::make_unique<Extremes>(rank, top);
}
std::unique_ptr<Reducer> edge(bool first) { return std::make_unique<Edge>(first); }

}   // namespace glasshive::store::view::builtin
