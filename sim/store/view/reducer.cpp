#include "store/view/reducer.h"

#include <charconv>
#include <vector>

#include "base/assert.h"
#include "store/json/builder.h"
#include "store/view/builtin.h"

namespace glasshive::store::view {

namespace {

/// A reduce function of the design document.
class Script final : public Reducer {
  public:
    Script(std::string_view source, javascript::Program& program)
        : sources_{std::string(source)},
          program_(program) {}

    Reduced reduce(std::span<const Row> rows) override {
        json::Builder out;
        out.begin_array();
        for (const Row& row : rows) {
            out.begin_array();
            out.begin_array();
            out.copy(row.key.view());
            out.text(row.id.view());
            out.end_array();
            out.copy(row.value.view());
            out.end_array();
        }
        out.end_array();
        return taken(program_.reduce(sources_, out.take().view()));
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        json::Builder out;
        out.begin_array();
        for (const json::Value& part : parts) {
            if (part.view().find("reduce_overflow_error")) return part;   // Stays one.
            out.copy(part.view());
        }
        out.end_array();
        return taken(program_.rereduce(sources_, out.take().view()));
    }

  private:
    static Reduced taken(std::variant<json::Value, Refusal> answer) {
        json::Builder out;
        if (auto* refusal = std::get_if<Refusal>(&answer)) {
            if (refusal->error != "reduce_overflow_error") return std::move(*refusal);
            out.begin_object();   // The client gets it as the row's value.
            out.key(refusal->error);
            out.text(refusal->reason);
            out.end_object();
            return out.take();
        }
        const json::View results = std::get<json::Value>(answer).view();
        SIM_ASSERT(results.size() == 1);
        out.copy(*results.elements().begin());
        return out.take();
    }

    std::vector<std::string> sources_;
    javascript::Program& program_;
};

Refusal invalid(std::string reason) { return {"invalid_design_doc", std::move(reason)}; }

/// The N of "_top_N"; or what is wrong with it.
std::variant<std::size_t, Refusal> rank_of(std::string_view digits) {
    std::size_t rank = 0;
    const char* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, rank);
    if (error == std::errc::invalid_argument || at != end) return invalid("invalid rank reducer");
    constexpr std::size_t most = 100;
    if (error != std::errc{} || rank < 1 || rank > most)
        return invalid("rank value must be between 1 and 100");
    return rank;
}

}   // namespace

std::variant<std::unique_ptr<Reducer>, Refusal> make_reducer(std::string_view source,
                                                             javascript::Program* program) {
    // Only the beginning counts: "_sum of all" is _sum.
    if (source.starts_with("_sum")) return builtin::sum();
    if (source.starts_with("_count")) return builtin::count();
    if (source.starts_with("_stats")) return builtin::stats();
    if (source.starts_with("_approx_count_distinct")) return builtin::approx_count_distinct();
    if (source.starts_with("_first")) return builtin::edge(true);
    if (source.starts_with("_last")) return builtin::edge(false);
    for (const std::string_view name : {"_top_", "_bottom_"}) {
        if (!source.starts_with(name)) continue;
        auto rank = rank_of(source.substr(name.size()));
        if (auto* refusal = std::get_if<Refusal>(&rank)) return std::move(*refusal);
        return builtin::extremes(std::get<std::size_t>(rank), name == "_top_");
    }
    if (source.starts_with('_'))
        return invalid("`" + std::string(source) + "` is not a supported reduce function.");
    SIM_ASSERT(program != nullptr);
    return std::unique_ptr<Reducer>(new Script(source, *program));
}

std::optional<Refusal> check_reduce(std::string_view source) {
    if (!source.starts_with('_')) return {};
    auto made = make_reducer(source, nullptr);
    if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
    return {};
}

}   // namespace glasshive::store::view
