// Goal: no answer of a server outside, however hostile, makes a replicator's words throw, crash or
// contradict themselves. Method: libFuzzer under the sanitizers. The first byte chooses a question
// and how the answer calls itself, the rest is the answer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "door/couch/outside_words.h"
#include "store/json/parse.h"

namespace {

using namespace glasshive;
using namespace glasshive::store;
using namespace glasshive::store::replicate;

std::vector<PeerQuestion> all_questions() {
    const auto a = json::SharedBytes::copy_of("a");
    const Revision one = *Revision::parse("1-a");
    const json::Value body = json::Value::empty_object();
    return {ask::Info{},
            ask::Create{},
            ask::Open{"_design/d"},
            ask::OpenLocal{"_local/x"},
            ask::WriteLocal{{.id = "_local/x", .parent = {}, .body = body}},
            ask::Changes{},
            ask::RevsDiff{{{{a, {one}}}}},
            ask::Fetch{{{a, one, {}}, {json::SharedBytes::copy_of("b"), one, {}}}, false},
            ask::Fetch{{{a, one, {}}}, true},
            ask::Write{{{a, {{one, ContentPtr({.body = body})}}}}},
            ask::Commit{}};
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<PeerQuestion> questions = all_questions();
    if (size == 0) return 0;
    PeerRequest request;
    request.database = "http://127.0.0.1:5984/db/";
    request.question = questions[data[0] % questions.size()];
    static const char* const types[] = {"application/json", "multipart/mixed; boundary=\"x\""};
    const bool parts = data[0] >= 128;
    const door::http::Heard heard{
        .status = 200,
        .type = types[parts ? 1 : 0],
        .body = std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
        .problem = {}};
    const PeerTold told = door::couch::told_of(request, heard);
    if (const auto* fetched = std::get_if<std::vector<PeerFetched>>(&told)) {
        SIM_ASSERT(fetched->size() == std::get<ask::Fetch>(request.question).wanted.size());
        for (const PeerFetched& one : *fetched) {
            for (const ReplicatedEdit& leaf : one.leaves) {
                SIM_ASSERT(!leaf.path.empty());
                SIM_ASSERT(static_cast<bool>(leaf.path.back().content));
            }
        }
    }
    return 0;
}
