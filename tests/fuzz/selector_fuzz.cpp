// Goal: no selector, however hostile, makes Mango throw, crash, hang or contradict itself, and no
// bookmark is read beyond its end. Method: libFuzzer under the sanitizers. A text is read as a
// query; its normal form normalises to itself, a document is matched, plans and ranges are made.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/mango/bookmark.h"
#include "store/mango/plan.h"

namespace {

using namespace glasshive;
using namespace glasshive::store;
using namespace glasshive::store::mango;

const json::Value& document() {
    static const json::Value value =
        json::parse(R"({"_id":"d","a":1,"b":[1,"x",{"c":null}],"c":{"d":"text"},"e":false})").value;
    return value;
}

void check_plan(const FindOptions& options) {
    std::vector<IndexInfo> indexes(1);
    indexes.push_back({.ddoc = "_design/a", .name = "a", .fields = {{"a", "asc"}}});
    indexes.push_back({.ddoc = "_design/b", .name = "b", .fields = {{"b", "asc"}, {"a", "asc"}}});
    auto plan = make_plan(options, indexes, true);
    if (const auto* made = std::get_if<Plan>(&plan)) {
        made->rows();
        json::to_text(explain(*made, "db", false).view());
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto mark = decode(text)) SIM_ASSERT(decode(encode(*mark)).has_value());
    const json::Parsed parsed = json::parse(text, {.bytes_max = 4096, .depth_max = 60});
    if (!parsed.ok()) return 0;
    const auto made = Selector::parse(parsed.value.view());
    if (const auto* refusal = std::get_if<Refusal>(&made)) {
        SIM_ASSERT(!refusal->reason.empty());
    } else {
        const Selector& selector = std::get<Selector>(made);
        const bool found = selector.matches(document().view());
        SIM_ASSERT(found == selector.matches(document().view()));
        json::to_text(selector.to_json().view());
        check_plan({.selector = selector});
    }
    const auto options = parse_find(parsed.value.view());
    if (const auto* given = std::get_if<FindOptions>(&options)) check_plan(*given);
    return 0;
}
