#include "store/search/scripts.h"

#include <algorithm>

#include "store/lua/functions.h"
#include "store/mango/indexes.h"

namespace glasshive::store::search {

namespace {

constexpr std::size_t programs_max = 32;   // Each is a world of JavaScript of its own.

javascript::Surroundings surroundings(kernel::Kernel& kernel, kernel::Rng& random,
                                      const ScriptOptions& options) {
    javascript::Surroundings around;
    around.now_ms = [&kernel, epoch = options.epoch_ms] {
        const std::int64_t ms = ns_of(kernel.now()) / 1'000'000;
        return epoch + static_cast<double>(ms);
    };
    around.random = [&random] { return random.unit(); };
    around.log = options.log;
    return around;
}

javascript::Budget budget(const ScriptOptions& options) {
    javascript::Budget budget;
    budget.wall = options.wall;
    budget.hung = options.hung;
    budget.on_hung = options.on_hung;
    return budget;
}

}   // namespace

Scripts::Scripts(kernel::Kernel& kernel, ScriptOptions options)
    : log_(options.log),
      random_(kernel.rng("store/javascript")),
      random_of_lua_(kernel.rng("store/lua")),
      engine_(std::make_shared<javascript::Engine>(surroundings(kernel, random_, options),
                                                   budget(options))) {}

std::variant<std::unique_ptr<javascript::Program>, Refusal> Scripts::load(json::View design) {
    const auto language = design.find("language");
    const bool lua = language && language->is(json::Type::text) && language->text() == "lua";
    if (lua) return lua::load(random_of_lua_, log_);
    return engine_->load(design);
}

std::variant<std::shared_ptr<ViewCode>, Refusal>
Scripts::code_of(std::string_view database, std::shared_ptr<const view::Definition> definition,
                 int copies) {
    std::weak_ptr<ViewCode>& known = codes_[{std::string(database), definition->signature}];
    if (std::shared_ptr<ViewCode> code = known.lock()) return code;
    auto code = std::make_shared<ViewCode>();
    code->engine = engine_;
    code->definition = std::move(definition);
    if (code->definition->language == "query") {
        code->mapper = mango::index_mapper(*code->definition);
    } else {
        auto program = load(code->definition->design.view());
        if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
        code->program = std::get<std::unique_ptr<javascript::Program>>(std::move(program));
        auto mapper = view::script_mapper(*code->definition, *code->program);
        if (auto* refusal = std::get_if<Refusal>(&mapper)) return std::move(*refusal);
        code->mapper = std::get<std::unique_ptr<view::Mapper>>(std::move(mapper));
    }
    code->shared = std::make_unique<view::SharedMapper>(*code->mapper, *code->definition, copies);
    known = code;
    return code;
}

std::optional<Refusal> Scripts::check_design(json::View design) {
    auto defined = view::define(design);
    if (auto* refusal = std::get_if<Refusal>(&defined)) return std::move(*refusal);
    const auto& definition = std::get<view::Definition>(defined);
    if (!view::is_of_scripts(definition.language) || definition.maps.empty()) return {};
    auto program = load(design);
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    return view::check_functions(definition,
                                 *std::get<std::unique_ptr<javascript::Program>>(program));
}

std::variant<javascript::Program*, Refusal> Scripts::program_of(const json::Value& design) {
    const auto known = std::find_if(programs_.begin(), programs_.end(),
                                    [&](const auto& each) { return each.first == design; });
    if (known != programs_.end()) {
        std::rotate(programs_.begin(), known, known + 1);   // The latest stands in front.
        return programs_.front().second.get();
    }
    auto program = load(design.view());
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    if (programs_.size() == programs_max) programs_.pop_back();
    programs_.insert(programs_.begin(),
                     {design, std::get<std::unique_ptr<javascript::Program>>(std::move(program))});
    return programs_.front().second.get();
}

std::optional<Refusal> Scripts::validate(const json::Value& design, std::string_view source,
                                         json::View document, const json::Value& before,
                                         json::View user, json::View security) {
    auto program = program_of(design);
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    auto said =
        std::get<javascript::Program*>(program)->validate(source, document, before, user, security);
    if (auto* refusal = std::get_if<Refusal>(&said)) return std::move(*refusal);
    return {};
}

std::variant<bool, Refusal> Scripts::filter(const json::Value& design, std::string_view source,
                                            json::View document, json::View request) {
    auto program = program_of(design);
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    return std::get<javascript::Program*>(program)->filter(source, document, request);
}

std::variant<bool, Refusal> Scripts::emits(const json::Value& design, std::string_view source,
                                           json::View document) {
    auto program = program_of(design);
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    return std::get<javascript::Program*>(program)->emits(source, document);
}

std::variant<json::Value, Refusal> Scripts::render(const json::Value& design, std::string_view kind,
                                                   std::string_view source, json::View given) {
    auto program = program_of(design);
    if (auto* refusal = std::get_if<Refusal>(&program)) return std::move(*refusal);
    return std::get<javascript::Program*>(program)->render(kind, source, given);
}

}   // namespace glasshive::store::search
