// Goal: a recording gives back exactly the run that was recorded. Method: random runs, recorded and
// replayed; everything a live sink saw is compared as text.
#include <catch2/catch.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <sstream>

#include "record/digest.h"
#include "record/fixture.h"
#include "record/query.h"
#include "record/recording.h"

using namespace fixture;
using namespace glasshive::record;

namespace {

Recording opened(const std::string& path) {
    auto recording = Recording::open(path);
    if (!recording.ok()) FAIL(to_text(recording.problems().front()));
    return std::move(recording.value());
}

std::string asked(Recording& recording, const std::string& sql) {
    std::ostringstream out;
    std::ostringstream errors;
    const int code = query(recording, sql, TableFormat::csv, out, errors);
    CAPTURE(errors.str());
    REQUIRE(code == 0);
    return out.str();
}

}   // namespace

TEST_CASE("a replay gives the same events, samples and digest as the live run", "[record]") {
    Folder folder{"round"};
    const std::uint64_t seed = GENERATE(1, 2, 3);
    const Recorded run({.path = folder.file("run.hive"), .meta = {{"seed", "7"}}}, seed, 3000);
    Recording recording = opened(folder.file("run.hive"));

    Keeper replayed{recording.names()};
    DigestSink digest{recording.registry(), recording.names()};
    REQUIRE_FALSE(recording.replay(replayed));
    REQUIRE_FALSE(recording.replay(digest));
    REQUIRE(replayed.lines.size() == run.keeper.lines.size());
    REQUIRE(replayed.lines == run.keeper.lines);
    REQUIRE(digest.digest() == run.digest);
    REQUIRE(recording.meta("digest") == run.digest);
    REQUIRE(recording.meta("seed") == "7");
    REQUIRE(recording.clean());
}

TEST_CASE("a closed recording is one file with no journal beside it", "[record]") {
    Folder folder{"one"};
    const Recorded run({.path = folder.file("run.hive")}, 5, 500);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
        REQUIRE(entry.path().filename() == "run.hive");
        ++files;
    }
    REQUIRE(files == 1);
}
