// Goal: no text, however hostile, makes the JSON reader throw, crash, hang or contradict itself.
// Method: libFuzzer under the sanitizers. What is read is one whole term; printed and read again it
// is the same; what is refused says why.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace {

using namespace glasshive;
using namespace glasshive::store::json;

/// Everything a view offers, on everything inside.
std::size_t walk(View value) {
    std::size_t seen = 1;
    if (value.is_number()) seen += value.number() > 0 ? 1 : 0;
    if (value.is(Type::integer)) seen += value.digits().size();
    if (value.is(Type::array)) {
        for (const View element : value.elements()) seen += walk(element);
    }
    if (value.is(Type::object)) {
        for (const Member member : value.members()) {
            SIM_ASSERT(value.find(member.key).has_value());
            seen += walk(member.value);
        }
    }
    return seen;
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Limits limits{.bytes_max = 4096, .depth_max = 60};
    const Parsed parsed = parse(text, limits);
    SIM_ASSERT(parsed.ok() == static_cast<bool>(parsed.value));
    if (!parsed.ok()) return 0;
    const View view = parsed.value.view();
    SIM_ASSERT(view.bytes().size() == parsed.value.bytes().size());
    SIM_ASSERT(walk(view) > 0);
    const std::string printed = to_text(view);
    const Parsed again = parse(printed);
    SIM_ASSERT(again.ok());
    SIM_ASSERT(to_text(again.value.view()) == printed);   // -0.0 alone changes its term.
    return 0;
}
