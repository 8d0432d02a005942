#include "store/lua/functions.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/units.h"
#include "script/call.h"
#include "script/sandbox.h"
#include "store/json/parse.h"
#include "store/refusal.h"

namespace glasshive::store::lua {

namespace {

using nlohmann::json;
using script::Arguments;
using script::FunctionId;
using script::Out;

// Enough for some hundred thousand documents' worth of work of an ordinary function in one call.
constexpr script::Limits limits{.instructions = 20'000'000, .all = 0, .memory = mebibyte * 64};

constexpr script::FunctionInfo emit_info{"emit", "(key, value)", "nothing", "A row of the view."};
constexpr script::FunctionInfo log_info{"log", "(text)", "nothing", "Says something in the log."};
constexpr script::FunctionInfo sum_info{"sum", "(numbers)", "number", "Of a list of numbers."};
// How a function is compiled and called; no names for people.
constexpr script::FunctionInfo keep_info{"_keep", "(function)", "nothing", ""};
constexpr script::FunctionInfo given_info{"_given", "(number)", "value", ""};
constexpr script::FunctionInfo answer_info{"_answer", "(value)", "nothing", ""};
constexpr script::FunctionInfo failed_info{"_failed", "(text)", "nothing", ""};
constexpr script::FunctionInfo thrown_info{"_thrown", "(table)", "nothing", ""};

/// The function in `source`, with what hands it its arguments and takes what it gives back.
std::string chunk_of(std::string_view source) {
    return "local f = " + std::string(source) +
           "\nif type(f) == \"function\" then _keep(function()\n"
           "local ok, what = pcall(f, _given(1), _given(2), _given(3), _given(4))\n"
           "if ok then _answer(what) elseif type(what) == \"table\" then _thrown(what)\n"
           "else _failed(tostring(what)) end end) end";
}

/// What one call came to.
struct Outcome {
    json answer;                                 // Null when it gave nothing back.
    std::vector<std::pair<json, json>> rows{};   // Emitted.
    std::optional<std::string> failed{};         // It raised an error with this text,
    std::optional<json> thrown{};                // or with this table.
};

class LuaCalls final : public javascript::Calls {
  public:
    LuaCalls(const kernel::Rng& random, Log log) : random_(random), log_(std::move(log)) {}

    std::variant<store::json::Value, Refusal>
    call(const char* entry, const std::vector<std::string_view>& texts, const bool* flag) override;

  private:
    using Answer = std::variant<json, Refusal>;

    Answer add_map(std::string_view source);
    Answer map(std::string_view document);
    Answer reduce(std::string_view sources, std::string_view rows, bool again, bool limit);
    Answer validate(const std::vector<std::string_view>& texts);
    Answer filter(const std::vector<std::string_view>& texts);
    Answer emits(std::string_view source, std::string_view document);

    void build();
    std::variant<FunctionId, Refusal> function_of(const std::string& source, const char* what);
    std::variant<Outcome, Refusal> run(const std::string& source, const char* what,
                                       std::vector<std::string> given);
    void note(const Outcome& outcome);

    const kernel::Rng random_;
    Log log_;
    std::unique_ptr<script::Sandbox> sandbox_;   // Null: none yet, or it was spent.
    std::map<std::string, FunctionId> functions_;
    std::vector<std::string> maps_;
    std::vector<std::string> given_;   // Of the call that runs.
    FunctionId kept_;
    Outcome outcome_;
};

void LuaCalls::build() {
    functions_.clear();
    sandbox_ = std::make_unique<script::Sandbox>("design document", limits, random_);
    sandbox_->on_print([this](std::string_view text) { log_(text); });
    const auto json_at = [](const Arguments& a, int number) {
        return a.given(number) ? json::parse(a.json(number)) : json();
    };
    sandbox_->define(emit_info, [this, json_at](const Arguments& a, Out&) {
        outcome_.rows.emplace_back(json_at(a, 0), json_at(a, 1));
    });
    sandbox_->define(log_info, [this](const Arguments& a, Out&) {
        log_(a.is_text(0) ? std::string(a.text(0)) : a.json(0));
    });
    sandbox_->define(sum_info, [](const Arguments& a, Out& out) {
        double total = 0;
        std::int64_t whole = 0;
        bool all_whole = true;
        for (const json& each : json::parse(a.json(0))) {
            if (!each.is_number()) throw script::Refusal("sum is of a list of numbers");
            total += each.get<double>();
            all_whole = all_whole && each.is_number_integer() &&
                        !__builtin_add_overflow(whole, each.get<std::int64_t>(), &whole);
        }
        if (all_whole) return out.integer(whole);
        out.number(total);
    });
    sandbox_->define(keep_info, [this](const Arguments& a, Out&) { kept_ = a.function(0); });
    sandbox_->define(given_info, [this](const Arguments& a, Out& out) {
        const auto place = static_cast<std::size_t>(a.integer(0)) - 1;
        if (place < given_.size()) out.json(given_[place]);
    });
    sandbox_->define(answer_info, [this, json_at](const Arguments& a, Out&) {
        outcome_.answer = json_at(a, 0);
    });
    sandbox_->define(failed_info, [this](const Arguments& a, Out&) {
        outcome_.failed = std::string(a.text(0));
    });
    sandbox_->define(thrown_info, [this, json_at](const Arguments& a, Out&) {
        outcome_.thrown = json_at(a, 0);
    });
}

std::variant<FunctionId, Refusal> LuaCalls::function_of(const std::string& source,
                                                        const char* what) {
    if (sandbox_ == nullptr) build();
    if (const auto known = functions_.find(source); known != functions_.end()) {
        return known->second;
    }
    const auto refuse = [&](const std::string& why) {
        sandbox_.reset();
        return Refusal{"compilation_error",
                       "Compilation of the " + std::string(what) + " function failed: " + why};
    };
    const auto chunk = sandbox_->compile(chunk_of(source));
    if (!chunk.ok()) return refuse(chunk.problems().front().message);
    kept_ = {};
    script::Call call(*sandbox_, chunk.value());
    if (const auto problem = call.run()) return refuse(problem->message);
    sandbox_->release(chunk.value());
    if (!kept_.valid()) return refuse("it is no function. (" + source + ")");
    return functions_[source] = kept_;
}

std::variant<Outcome, Refusal> LuaCalls::run(const std::string& source, const char* what,
                                             std::vector<std::string> given) {
    auto function = function_of(source, what);
    if (auto* refusal = std::get_if<Refusal>(&function)) return std::move(*refusal);
    given_ = std::move(given);
    outcome_ = {};
    script::Call call(*sandbox_, std::get<FunctionId>(function));
    if (const auto problem = call.run()) {   // What it may spend is spent.
        sandbox_.reset();
        return Refusal{"timeout", problem->message};
    }
    return std::exchange(outcome_, {});
}

/// As couchjs's handleViewError: told, and that is all.
void LuaCalls::note(const Outcome& outcome) {
    if (outcome.failed) log_("function raised exception (" + *outcome.failed + ")");
    if (outcome.thrown) log_("function raised exception (" + outcome.thrown->dump() + ")");
}

LuaCalls::Answer LuaCalls::add_map(std::string_view source) {
    auto function = function_of(std::string(source), "map");
    if (auto* refusal = std::get_if<Refusal>(&function)) return std::move(*refusal);
    maps_.emplace_back(source);
    return json(true);
}

LuaCalls::Answer LuaCalls::map(std::string_view document) {
    json all = json::array();
    for (const std::string& source : maps_) {
        auto made = run(source, "map", {std::string(document)});
        if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
        const Outcome& outcome = std::get<Outcome>(made);
        note(outcome);
        json rows = json::array();
        const bool well = !outcome.failed && !outcome.thrown;
        for (const auto& [key, value] : outcome.rows) {
            if (well) rows.push_back({key, value});
        }
        all.push_back(std::move(rows));
    }
    return all;
}

/// Source: share/server/views.js, runReduce.
LuaCalls::Answer LuaCalls::reduce(std::string_view sources, std::string_view rows, bool again,
                                  bool limit) {
    std::string keys = "null", values(rows);
    if (!again) {
        json of_keys = json::array(), of_values = json::array();
        for (const json& row : json::parse(rows)) {
            of_keys.push_back(row[0]);
            of_values.push_back(row[1]);
        }
        keys = of_keys.dump();
        values = of_values.dump();
    }
    json all = json::array();
    for (const json& source : json::parse(sources)) {
        auto made =
            run(source.get<std::string>(), "reduce", {keys, values, again ? "true" : "false"});
        if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
        note(std::get<Outcome>(made));
        all.push_back(std::move(std::get<Outcome>(made).answer));
    }
    const std::string text = all.dump();
    if (limit && text.size() > 4096 && text.size() * 2 > rows.size()) {
        return Refusal{"reduce_overflow_error",
                       "Reduce output must shrink more rapidly: Current output: '" +
                           text.substr(0, 100) + "'... (first 100 of " +
                           std::to_string(text.size()) + " bytes)"};
    }
    return all;
}

LuaCalls::Answer LuaCalls::validate(const std::vector<std::string_view>& texts) {
    auto made = run(std::string(texts[0]), "validate_doc_update",
                    std::vector<std::string>(texts.begin() + 1, texts.end()));
    if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
    const Outcome& outcome = std::get<Outcome>(made);
    if (outcome.failed) return Refusal{"unnamed_error", *outcome.failed};
    if (!outcome.thrown) return json(true);
    for (const char* const kind : {"forbidden", "unauthorized"}) {
        const auto said = outcome.thrown->find(kind);
        if (said == outcome.thrown->end()) continue;
        return Refusal{kind, said->is_string() ? said->get<std::string>() : said->dump()};
    }
    return Refusal{"unnamed_error", outcome.thrown->dump()};
}

LuaCalls::Answer LuaCalls::filter(const std::vector<std::string_view>& texts) {
    auto made = run(std::string(texts[0]), "filter",
                    std::vector<std::string>(texts.begin() + 1, texts.end()));
    if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
    const Outcome& outcome = std::get<Outcome>(made);
    if (outcome.failed) return Refusal{"unnamed_error", *outcome.failed};
    if (outcome.thrown) return Refusal{"unnamed_error", outcome.thrown->dump()};
    return json(!outcome.answer.is_null() && outcome.answer != json(false));
}

LuaCalls::Answer LuaCalls::emits(std::string_view source, std::string_view document) {
    auto made = run(std::string(source), "map", {std::string(document)});
    if (auto* refusal = std::get_if<Refusal>(&made)) return std::move(*refusal);
    const Outcome& outcome = std::get<Outcome>(made);
    note(outcome);
    return json(!outcome.failed && !outcome.thrown && !outcome.rows.empty());
}

std::variant<store::json::Value, Refusal>
LuaCalls::call(const char* entry, const std::vector<std::string_view>& texts, const bool* flag) {
    const std::string_view what = entry;
    Answer answer = Refusal{"unknown_query_language", "lua"};
    if (what == "addMap") answer = add_map(texts[0]);
    if (what == "map") answer = map(texts[0]);
    if (what == "reduce") answer = reduce(texts[0], texts[1], false, *flag);
    if (what == "rereduce") answer = reduce(texts[0], texts[1], true, *flag);
    if (what == "validate") answer = validate(texts);
    if (what == "filter") answer = filter(texts);
    if (what == "emits") answer = emits(texts[0], texts[1]);
    if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
    store::json::Parsed parsed = store::json::parse(
        std::get<json>(answer).dump(-1, ' ', false, json::error_handler_t::replace));
    if (!parsed.ok()) return Refusal{"internal_server_error", parsed.problem};
    return std::move(parsed.value);
}

}   // namespace

std::unique_ptr<javascript::Program> load(const kernel::Rng& random, const Log& log) {
    const Log quiet = [](std::string_view) {};
    return std::make_unique<javascript::Program>(
        std::make_unique<LuaCalls>(random, log ? log : quiet));
}

}   // namespace glasshive::store::lua
