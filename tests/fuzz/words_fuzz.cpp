// Goal: no command line, however hostile, makes the parser throw, crash, hang or contradict itself.
// Method: libFuzzer under the sanitizers; each line of the input is one command line. A refusal
// says something and has a status, a service's update applies to any spec, and parsing twice gives
// the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "words/help.h"
#include "words/parse.h"
#include "words/split.h"
#include "words/update.h"

namespace {

using namespace glasshive;
using namespace glasshive::words;

void try_line(const std::string& line) {
    const Parsed parsed = parse_line(line);
    const Line split = split_line(line);
    SIM_ASSERT(split.problem.empty() || split.words.empty());
    completions(split.words);
    if (const Printed* printed = std::get_if<Printed>(&parsed)) {
        SIM_ASSERT(!printed->out.empty() || !printed->err.empty());
        const Parsed again = parse_line(line);
        SIM_ASSERT(std::get<Printed>(again).err == printed->err);
        return;
    }
    const Command& command = std::get<Command>(parsed);
    SIM_ASSERT(split.words.size() > 1 && split.words[0] == "docker");
    if (const auto* update = std::get_if<ServiceUpdate>(&command.what);
        update && !update->rollback) {
        swarm::ServiceSpec spec;
        spec.name = "web";
        const Updated once = apply(*update, spec);
        SIM_ASSERT(once.spec.name == "web");
        apply(*update, once.spec);
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest = 2048;   // Much longer says nothing new, slowly.
    if (size > longest) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        try_line(text.substr(at, end - at));
        // Whatever the line is, behind a command it meets that command's flags.
        try_line("docker service create " + text.substr(at, end - at));
        try_line("docker service update web " + text.substr(at, end - at));
        try_line("docker run " + text.substr(at, end - at));
        at = end + 1;
    }
    return 0;
}
