// Goal: no text, however hostile, makes the Compose reader throw, crash, hang or contradict itself.
// Method: libFuzzer under the sanitizers; a refusal must name an error and a success none.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "scenario/compose/compose.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace glasshive;
    compose::Options options;
    options.stack_name = "s";
    options.file_name = "fuzz.yaml";
    options.environment = {{"TAG", "1.4"}, {"REPLICAS", "3"}, {"EMPTY", ""}, {"HOME", "/root"}};
    options.read_file = [](const std::string& name) -> std::optional<std::string> {
        if (name.size() % 2 == 0) return std::nullopt;
        return "A=1\n# remark\nB\n" + name;   // The name is fuzzed, so the content is.
    };
    const auto result =
        compose::load(std::string(reinterpret_cast<const char*>(data), size), options);
    if (result.ok()) {
        SIM_ASSERT(!has_errors(result.value().warnings));
    } else {
        SIM_ASSERT(has_errors(result.problems()));
        for (const Diagnostic& problem : result.problems()) SIM_ASSERT(!to_text(problem).empty());
    }
    return 0;
}
