// What the last word of the command line could become.
#include "viewer/app/completing.h"

#include <algorithm>

#include "viewer/app/run_words.h"
#include "viewer/live/offers.h"
#include "words/help.h"

namespace glasshive::viewer {

namespace {

using Words = std::vector<std::string>;

constexpr std::size_t names_max = 2000;   // More of them nobody reads; the last word narrows them.

bool begins(std::string_view text, std::string_view begin) {
    return text.substr(0, begin.size()) == begin;
}

/// Where the last word begins. A brace, a comma or an equals sign begins one, too.
std::size_t last_word(const std::string& line) {
    const std::size_t before = line.find_last_of(" \t{[,=");
    return before == std::string::npos ? 0 : before + 1;
}

Words split(const std::string& line) {
    Words words;
    std::string word;
    for (const char c : line) {
        if (c != ' ' && c != '\t') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    words.push_back(std::move(word));   // The one being typed; may be "".
    return words;
}

/// Live names of a type that begin so.
Words names_of(const View& view, std::string_view type, std::string_view begin) {
    Words names;
    const auto which = view.now().state.type_named(type);
    if (!which) return names;
    for (const record::StateRow* row : view.now().state.rows(*which)) {
        const std::string_view text = view.glass().text(row->subject);
        if (begins(text, begin)) names.emplace_back(text);
        if (names.size() >= names_max) break;
    }
    return names;
}

/// "power_off", "link_down"…: what is offered for a host or a link.
Words fault_words() {
    Words words;
    for (const char* type : {"host", "link"}) {
        for (const Offer& offer : offers_for({.type = type, .name = "x"}, {}, {})) {
            const std::size_t from = offer.text.find("do: ") + 4;
            words.push_back(offer.text.substr(from, offer.text.find_first_of(",}", from) - from));
        }
    }
    return words;
}

/// Inside "fault {do: …": what follows the last key, or the next key.
Words fault_values(const View& view, const std::string& line, std::string_view begin) {
    const std::size_t at = last_word(line);
    const std::size_t colon = line.find_last_of(':', at);
    const std::size_t comma = line.find_last_of(',', at);
    const bool value = colon != std::string::npos && (comma == std::string::npos || comma < colon);
    if (!value) {
        if (line.find('{') == std::string::npos) return {"{do:"};
        return {"do:", "host:", "zone:", "rack:", "link:", "for:", "groups:", "one_way:"};
    }
    const std::size_t key = line.find_last_of("{, ", colon) + 1;
    const std::string name = line.substr(key, colon - key);
    if (name == "do") return fault_words();
    if (name == "host" || name == "link") return names_of(view, name, begin);
    return {};
}

/// The kinds of events of this recording.
Words kinds(const View& view) {
    Words names;
    for (const EventKind* kind : view.glass().recording().registry().all())
        names.emplace_back(kind->name);
    return names;
}

Words candidates(View& view, const std::string& line) {
    const Words words = split(line);
    const std::string& first = words.front();
    const std::size_t at = words.size() - 1;   // Which one is being typed.
    const std::string begin = line.substr(last_word(line));
    if (at == 0) {
        Words all{"docker", "fault", "heal", "on", "store", "scale", "update", "drain", "activate"};
        for (const RunWord& word : run_words())
            all.emplace_back(word.usage.substr(0, word.usage.find(' ')));
        return all;
    }
    if (first == "docker") {
        Words all = words::completions(words);
        const bool service = words.size() > 2 && words[1] == "service" && at > 2;
        if (service && all.empty()) all = names_of(view, "service", begin);
        if (at > 2 && words[1] == "node" && all.empty()) all = names_of(view, "node", begin);
        return all;
    }
    if (first == "store" && at == 1)
        return {"crash", "start", "join", "leave", "split", "add", "remove"};
    if (first == "fault") return fault_values(view, line, begin);
    if (first == "until" && at == 1) return kinds(view);
    if (at != 1) return first == "on" && at == 2 ? Words{"docker"} : Words{};
    if (first == "scale" && line.back() != '=' && line.find('=') == std::string::npos) {
        Words names = names_of(view, "service", begin);
        for (std::string& name : names) name += '=';
        return names;
    }
    if (first == "update") return names_of(view, "service", begin);
    if (first == "on") return names_of(view, "host", begin);
    if (first == "drain" || first == "pause" || first == "activate")
        return names_of(view, "node", begin);
    Words names;
    if (first == "switch" && view.live() != nullptr) {
        for (const LineOfHistory& each : view.live()->lines) names.push_back(each.name);
    }
    if (first == "heal") {
        for (const ActiveFault& fault :
             active_faults(view.now().state, view.glass().recording().names()))
            names.push_back(std::to_string(fault.number));
    }
    return names;
}

}   // namespace

Words completions(View& view, const std::string& line) {
    if (line.empty()) return {};
    const std::string begin = line.substr(last_word(line));
    Words fitting;
    for (std::string& each : candidates(view, line)) {
        if (begins(each, begin) && each != begin) fitting.push_back(std::move(each));
    }
    std::sort(fitting.begin(), fitting.end());
    fitting.erase(std::unique(fitting.begin(), fitting.end()), fitting.end());
    return fitting;
}

std::string completed(const std::string& line, const Words& candidates) {
    if (candidates.empty()) return line;
    std::string common = candidates.front();
    for (const std::string& each : candidates) {
        std::size_t same = 0;
        while (same < std::min(common.size(), each.size()) && common[same] == each[same]) ++same;
        common.resize(same);
    }
    std::string whole = line.substr(0, last_word(line)) + common;
    const bool open = !common.empty() && (common.back() == '=' || common.back() == '-');
    if (candidates.size() == 1 && !open) whole += ' ';
    return whole;
}

}   // namespace glasshive::viewer
