// What the last word of a line could become.
#include <algorithm>
#include <filesystem>

#include "console/console.h"
#include "console/subjects.h"
#include "scenario/inject.h"
#include "words/help.h"

namespace glasshive::console {

using Words = std::vector<std::string>;

namespace {

/// Names of files that begin so, folders with their slash.
Words files_like(const std::string& begin, const std::string& ending) {
    namespace fs = std::filesystem;
    Words files;
    std::error_code problem;
    const std::string folder = begin.substr(0, begin.find_last_of('/') + 1);
    for (fs::directory_iterator each(folder.empty() ? "." : folder, problem), end;
         !problem && each != end; each.increment(problem)) {
        const std::string name = folder + each->path().filename().string();
        std::error_code unknown;
        if (each->is_directory(unknown)) files.push_back(name + "/");
        else if (name.ends_with(ending)) files.push_back(name);
    }
    return files;
}

/// Inside "fault {do: …": what follows the last key.
Words fault_values(const std::string& line, const std::function<Words(const char*)>& names) {
    const std::size_t colon = line.find_last_of(':');
    const std::size_t key = line.find_last_of("{, ", colon == std::string::npos ? 0 : colon);
    if (colon == std::string::npos || key == std::string::npos) return {"{do:"};
    const std::string name = line.substr(key + 1, colon - key - 1);
    if (line.find(',', colon) != std::string::npos) {
        return {"do:", "host:", "zone:", "rack:", "link:", "for:", "groups:"};
    }
    if (name == "do") return scenario::fault_words();
    if (name == "host" || name == "link") return names(name.c_str());
    return {};
}

}   // namespace

Words Console::names_of(const std::string& kind) {
    const auto read = Subjects::of(run_->recording(), run_->newest());
    return read.ok() ? read.value().names(kind) : Words{};
}

Words Console::candidates(const Words& words, const std::string& line) {
    const std::string word = words.front();
    const std::size_t at = words.size() - 1;   // Which one is being typed.
    const auto kinds = [&] {
        Words names;
        for (const EventKind* kind : run_->recording().registry().all()) {
            names.emplace_back(kind->name);
        }
        return names;
    };
    if (at == 0 || (word == "help" && at == 1)) {
        Words names;
        for (const Word& each : all_words()) names.push_back(each.name);
        return names;
    }
    if (word == "docker") return words::completions(words);
    if (word == "fault") {
        return fault_values(line, [&](const char* kind) { return names_of(kind); });
    }
    if (word == "run" && at == 1) return {"end", "event"};
    if (word == "run" && words[1] == "event" && at == 2) return kinds();
    const auto subjects = [&](const std::string& kind) {
        const EventKind* known = run_->recording().registry().find(std::string_view(kind));
        return names_of(known == nullptr ? "" : std::string(known->subject));
    };
    if (word == "run" && words[1] == "event" && at == 3) return subjects(words[2]);
    if (word == "events" && at == 1) return kinds();
    if (word == "events" && at == 2) return subjects(words[1]);
    if (word == "inspect" && at == 2) return names_of(words[1]);
    if (word == "save" || word == "record") {
        return files_like(words.back(), word == "save" ? ".yaml" : ".hive");
    }
    if (at != 1) return {};
    if (word == "scale") {
        Words names = names_of("service");
        for (std::string& name : names) name += "=";
        return names;
    }
    if (word == "update" || word == "ps") return names_of("service");
    if (word == "drain" || word == "pause" || word == "activate") return names_of("node");
    if (word == "explain") return names_of("");
    if (word == "inspect") {
        const auto read = Subjects::of(run_->recording(), run_->newest());
        if (!read.ok()) return {};
        Words both = read.value().kinds();
        const Words names = read.value().names("");
        both.insert(both.end(), names.begin(), names.end());
        return both;
    }
    Words names;
    if (word == "switch") {
        for (const Line& each : lines_.all()) names.push_back(each.name);
    }
    return names;
}

Words Console::completions(const std::string& line) {
    Words words = split(line);
    if (words.empty() || line.back() == ' ') words.emplace_back();
    Words fitting;
    for (std::string& each : candidates(words, line)) {
        if (each.starts_with(words.back())) fitting.push_back(std::move(each));
    }
    std::sort(fitting.begin(), fitting.end());
    fitting.erase(std::unique(fitting.begin(), fitting.end()), fitting.end());
    return fitting;
}

}   // namespace glasshive::console
