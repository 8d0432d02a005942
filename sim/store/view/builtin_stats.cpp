// _stats, of numbers, of arrays of numbers place by place, or of what somebody added up before.
// A part is what the client sees: {"sum","count","min","max","sumsqr"}, or an array of these.
// Source: couch_query_servers.erl, builtin_stats/2, stat_values/2, unpack_stats/1.
#include <vector>

#include "store/json/builder.h"
#include "store/json/erlang.h"
#include "store/view/builtin.h"
#include "store/view/number.h"

namespace glasshive::store::view::builtin {

namespace {

using json::Type;
using json::View;

struct Stats {
    Number sum, count, min, max, sumsqr;

    void merge(const Stats& other) {
        sum = sum + other.sum;
        count = count + other.count;
        if (other.min < min) min = other.min;
        if (max < other.max) max = other.max;
        sumsqr = sumsqr + other.sumsqr;
    }
    void write(json::Builder& out) const {
        out.begin_object();
        const std::pair<const char*, const Number*> members[] = {
            {"sum", &sum}, {"count", &count}, {"min", &min}, {"max", &max}, {"sumsqr", &sumsqr}};
        for (const auto& [key, number] : members) {
            out.key(key);
            number->write(out);
        }
        out.end_object();
    }
};

Refusal refuse(std::string reason) { return {"invalid_value", std::move(reason)}; }

Refusal no_number(View value) {
    return refuse("The _stats function requires that map values be numbers or arrays of numbers, "
                  "not '" +
                  json::erlang_text(value, false) + "'");
}

/// One value, or {"sum",…} of many.
std::variant<Stats, Refusal> stats_of(View value) {
    if (const auto number = Number::of(value))
        return Stats{*number, Number(1), *number, *number, *number * *number};
    if (!value.is(Type::object)) return no_number(value);
    Number parts[5];
    const std::string_view keys[] = {"sum", "count", "min", "max", "sumsqr"};
    for (int i = 0; i < 5; ++i) {
        const std::string key(keys[i]);
        const auto found = value.find(key);
        if (!found) {
            const std::string text = json::erlang_text(value, false);   // Without its braces.
            return refuse("user _stats input missing required field " + key + " (" +
                          text.substr(1, text.size() - 2) + ")");
        }
        const auto number = Number::of(*found);
        if (!number)
            return refuse("non-numeric _stats input received for " + key + ": " +
                          json::erlang_text(*found));
        parts[i] = *number;
    }
    return Stats{parts[0], parts[1], parts[2], parts[3], parts[4]};
}

/// All rows so far.
class Total {
  public:
    std::optional<Refusal> add(View value) {
        if (started_ && array_ != value.is(Type::array)) return no_number(value);
        array_ = value.is(Type::array);
        if (!array_) return add_at(0, value);
        if (started_ && places_.size() != value.size()) return no_number(value);
        started_ = true;
        std::size_t at = 0;
        for (const View element : value.elements()) {
            if (auto refusal = add_at(at++, element)) return refusal;
        }
        return {};
    }
    json::Value value() const {
        json::Builder out;
        if (array_) out.begin_array();
        for (const Stats& stats : places_) stats.write(out);
        if (array_) out.end_array();
        return out.take();
    }

  private:
    std::optional<Refusal> add_at(std::size_t at, View value) {
        auto made = stats_of(value);
        if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
        if (at < places_.size()) {
            places_[at].merge(std::get<Stats>(made));
        } else {
            places_.push_back(std::get<Stats>(made));
        }
        started_ = true;
        return {};
    }

    std::vector<Stats> places_;
    bool array_ = false;
    bool started_ = false;
};

class StatsReducer final : public Reducer {
  public:
    Reduced reduce(std::span<const Row> rows) override {
        Total total;
        for (const Row& row : rows) {
            if (auto refusal = total.add(row.value.view())) return *refusal;
        }
        return total.value();
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        Total total;
        for (const json::Value& part : parts) {
            if (auto refusal = total.add(part.view())) return *refusal;
        }
        return total.value();
    }
};

}   // namespace

std::unique_ptr<Reducer> stats() { return std::make_unique<StatsReducer>(); }

}   // namespace glasshive::store::view::builtin
