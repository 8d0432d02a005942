// Any text as a Lua script, twice: it ends within its budgets, tells what is wrong with a message,
// and does the same both times.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "script/sandbox.h"

using namespace glasshive;

namespace {

struct Ran {
    std::string printed;
    std::optional<Diagnostic> problem;
    std::uint64_t spent = 0;
};

Ran run(std::string_view text) {
    const script::Limits limits{
        .instructions = 200'000, .memory = mebibyte * 2, .text = kibibyte * 64};
    script::Sandbox sandbox("fuzz.lua", limits, kernel::Rng(1, "fuzz"));
    Ran ran;
    sandbox.on_print([&](std::string_view line) { ran.printed += line; });
    ran.problem = sandbox.run(text);
    ran.spent = sandbox.instructions_spent();
    SIM_ASSERT(ran.spent <= limits.instructions);
    SIM_ASSERT(sandbox.memory_peak() <= limits.memory);
    return ran;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Ran first = run(text), second = run(text);
    SIM_ASSERT(first.printed == second.printed);
    SIM_ASSERT(first.problem == second.problem);
    SIM_ASSERT(first.spent == second.spent);
    if (first.problem) SIM_ASSERT(!first.problem->message.empty());
    return 0;
}
