#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace glasshive::words::test {

using Json = nlohmann::json;

/// A request of docker's that changes something.
struct Request {
    std::string method, path;
    Json body;   ///< null without one.
};

/// One "$ command" of a transcript and what docker 28.2.2 did.
struct Step {
    std::string file;
    int line = 0;
    std::string command;
    int exit_code = -1;
    std::string out, err;
    std::vector<Request> requests;
};

/// tests/transcripts/words/NAME.txt, as record.py writes it.
inline std::vector<Step> read_transcript(const std::string& name) {
    const std::string path = std::string(SOURCE_DIR) + "/tests/transcripts/words/" + name + ".txt";
    std::ifstream file(path);
    std::vector<Step> steps;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.rfind("$ ", 0) == 0) {
            steps.push_back({name, number, line.substr(2), -1, "", "", {}});
        } else if (line.rfind("exit ", 0) == 0) {
            steps.back().exit_code = std::stoi(line.substr(5));
        } else if (line.rfind("1| ", 0) == 0) {
            steps.back().out += line.substr(3) + "\n";
        } else if (line.rfind("2| ", 0) == 0) {
            steps.back().err += line.substr(3) + "\n";
        } else if (!line.empty() && line[0] != '#') {
            const std::size_t space = line.find(' ');
            const std::size_t brace = line.find(" {", space + 1);
            const std::string target = line.substr(space + 1, brace - space - 1);
            Json body;
            if (brace != std::string::npos) body = Json::parse(line.substr(brace + 1));
            steps.back().requests.push_back({line.substr(0, space), target, std::move(body)});
        }
    }
    return steps;
}

}   // namespace glasshive::words::test
