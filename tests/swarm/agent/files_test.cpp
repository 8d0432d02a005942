// Goal: a node holds the secrets and configs it was sent, in memory, and nothing else. Method: the
// agent's store of them alone; what is sent, and when, is tested in tests/swarm/manager.
#include "swarm/agent/support.h"

#include "swarm/agent/files.h"

using namespace glasshive;
using namespace glasshive::test;
using swarm::FileAssignment;
using swarm::FileKind;

namespace {

/// "+key" for each file received, "-key" for each one dropped, in order.
std::vector<std::string> said(const Bench& bench) {
    std::vector<std::string> out;
    for (const Event& event : bench.log.events) {
        const std::string name(bench.names.text(event.subject));
        if (event.kind == swarm::events::file_received.id) out.push_back("+" + name);
        if (event.kind == swarm::events::file_dropped.id) out.push_back("-" + name);
    }
    return out;
}

}   // namespace

TEST_CASE("files come, are recalled, and a complete set drops what it does not name",
          "[agent][files]") {
    Bench bench(1);
    const auto file = [&](const char* name, FileKind kind, bool removed = false) {
        return FileAssignment{.name = bench.names.intern(name), .kind = kind, .removed = removed};
    };
    swarm::agent::Files files(bench.kernel, bench.names.intern("h0"));
    files.assign({file("key", FileKind::secret), file("site", FileKind::config)}, true);
    files.assign({file("key", FileKind::secret)}, false);                 // Known already.
    files.assign({file("key", FileKind::config, true)}, false);           // Another kind: not here.
    CHECK(said(bench) == Heard{"+key", "+site"});
    files.assign({file("key", FileKind::secret, true), file("cert", FileKind::secret)}, false);
    CHECK(said(bench) == Heard{"+key", "+site", "-key", "+cert"});
    files.assign({file("cert", FileKind::secret), file("new", FileKind::secret)}, true);
    CHECK(said(bench) == Heard{"+key", "+site", "-key", "+cert", "+new", "-site"});
    files.forget_all();
    const Heard all = said(bench);
    CHECK(Heard(all.end() - 2, all.end()) == Heard{"-cert", "-new"});
    files.forget_all();
    CHECK(said(bench).size() == all.size());
}
