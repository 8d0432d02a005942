#include "policy/one_function.h"

#include <utility>

namespace glasshive::policy {

namespace {

script::Limits limits_of(const script::ScriptSpec& spec, Bytes memory) {
    script::Limits most;
    most.instructions = spec.instructions;
    most.memory = memory;
    return most;
}

}   // namespace

OneFunction::OneFunction(const script::ScriptSpec& spec, std::uint64_t seed,
                         const Terms& terms)
    : file_(spec.file),
      sandbox_(spec.name, limits_of(spec, terms.memory), kernel::Rng(seed, terms.stream)) {
    sandbox_.set_parameters(spec.parameters);
}

Result<std::unique_ptr<OneFunction>> OneFunction::load(const script::ScriptSpec& spec,
                                                       std::uint64_t seed, const Terms& terms) {
    std::unique_ptr<OneFunction> made(new OneFunction(spec, seed, terms));
    const auto offers = made->sandbox_.load(spec.text);
    Diagnostics wrong = offers.ok() ? made->take(offers.value(), terms) : offers.problems();
    for (Diagnostic& problem : wrong) problem.file = spec.file;
    if (!wrong.empty()) return wrong;
    return made;
}

Diagnostics OneFunction::take(const std::vector<script::Offer>& offers, const Terms& terms) {
    const std::string name = terms.entry.name;
    Diagnostics wrong;
    const auto report = [&](int line, const std::string& message) {
        wrong.push_back(
            {.file = "", .line = line, .path = "", .message = message, .hint = terms.hint});
    };
    for (const script::Offer& offer : offers) {
        if (offer.name != name) {
            report(offer.line, std::string(terms.kind) + " has no entry " + offer.name);
        } else if (!offer.function.valid()) {
            report(0, name + " is not a function");
        } else {
            function_ = offer.function;
            line_ = offer.line;
        }
    }
    if (wrong.empty() && !function_.valid()) {
        report(0, std::string(terms.kind) + " needs a function " + name);
    }
    return wrong;
}

void OneFunction::run(script::Call& call) const {
    if (auto problem = call.run()) fail(std::move(*problem));
}

void OneFunction::fail(Diagnostic problem) const {
    problem.file = file_;
    if (problem.line == 0) problem.line = line_;
    throw RunFailure{std::move(problem)};
}

}   // namespace glasshive::policy
