// Goal: the stories of the Raft paper, and those of managers, go as they are told. Method: each
// file of tests/transcripts/raft is commands and, after "----", exactly what they say. With
// RAFT_TRANSCRIPTS=write in the environment the files are written anew: read what changed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "raft/script.h"

using namespace glasshive::test;

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The transcript with what its commands say now.
std::string replayed(const std::string& transcript, Script& script) {
    std::istringstream lines(transcript);
    std::string written, said;
    bool answers = false;
    for (std::string line; std::getline(lines, line);) {
        if (line == "----") {
            answers = true;
            written += line + "\n" + said;
            said.clear();
        } else if (line.empty()) {
            answers = false;
            written += "\n";
        } else if (!answers) {
            written += line + "\n";
            if (line[0] != '#') said += script.command(line);
        }
    }
    return written;
}

std::vector<std::filesystem::path> transcripts() {
    std::vector<std::filesystem::path> found;
    const std::filesystem::path folder = SOURCE_DIR "/tests/transcripts/raft";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}   // namespace

TEST_CASE("every transcript goes as it is told", "[raft][transcript]") {
    const char* mode = std::getenv("RAFT_TRANSCRIPTS");
    const std::vector<std::filesystem::path> files = transcripts();
    CHECK(files.size() >= 15);
    for (const std::filesystem::path& path : files) {
        const std::string told = read_file(path);
        Script script;
        const std::string now = replayed(told, script);
        CAPTURE(path.filename().string());
        CHECK(now.find("error:") == std::string::npos);
        CHECK(now.find("----\n") != std::string::npos);
        CHECK(script.violations() == std::vector<std::string>{});
        if (mode != nullptr && std::string(mode) == "write") {
            std::ofstream(path) << now;
        } else {
            CHECK(now == told);
        }
    }
}
