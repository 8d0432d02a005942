#include "client/again.h"

#include <algorithm>
#include <chrono>

namespace glasshive::client {

Went advance(Run& run, Time to, const Json& request, EventId& found, const Onlooker& onlooker) {
    using Wall = std::chrono::steady_clock;
    const Time begin = run.now();
    // The first is narrow, for nobody knows yet what one costs.
    Duration slice = std::clamp<Duration>((to - begin) / 200, Duration{1}, std::chrono::seconds{1});
    bool first = true;
    while (first || run.now() < to) {
        first = false;
        if (const auto stop = onlooker.stop()) return *stop;
        Json ask = request;
        ask["t_ns"] = ns_of(std::min(to, run.now() + std::min(slice, to - run.now())));
        const auto before = Wall::now();
        const auto answer = run.ask(ask);
        if (!answer) return Went::died;
        onlooker.looked(run.now());
        found = EventId{answer->value("found", std::uint64_t{0})};
        if (found != EventId{}) return Went::found;
        const auto took = Wall::now() - before;
        const bool quick = took < std::chrono::milliseconds{25};
        const bool slow = took > std::chrono::milliseconds{100};
        if (slow) slice = std::max<Duration>(slice / 2, Duration{1});
        if (quick && slice < to - begin) slice *= 2;
        if (run.ended()) break;
    }
    return Went::there;
}

Given give(Run& run, Line& line, const std::string& text) {
    const auto answer = run.ask({{"do", "inject"}, {"text", text}});
    if (!answer) return {.died = true, .error = "the session process died"};
    Given done{.given = answer->value("given", std::size_t{0}) > line.given.size(), .error = ""};
    const bool accepted = answer->value("ok", false);
    if (!accepted) done.error = answer->value("error", "");
    for (const char* place : {"command: ", "command:1: "}) {   // There is one line only.
        if (done.error.starts_with(place)) done.error.erase(0, std::string_view(place).size());
    }
    // What the cluster refused says nothing of where the run stands; but it is an event.
    if (done.given && !accepted && !run.settle()) done.died = true;
    if (done.given) line.given.push_back({run.now(), text});
    return done;
}

std::string plain_line(const std::string& typed) {
    std::string line = Json::parse(Json(typed).dump(-1, ' ', false,
                                                    Json::error_handler_t::replace))
                           .get<std::string>();
    for (char& c : line) {
        if (c == '\t') c = ' ';
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    return line;
}

void keep_place(Line& line, Run& run) {
    if (run.alive()) run.settle();
    line.digest = run.digest();
    line.at = run.now();
    line.newest = run.newest();
}

std::size_t given_until(const std::vector<session::TimedCommand>& given, Time to) {
    const auto later =
        std::find_if(given.begin(), given.end(),
                     [&](const session::TimedCommand& each) { return each.at > to; });
    return static_cast<std::size_t>(later - given.begin());
}

Result<bool> same_so_far(Run& before, Run& again, Time to, bool whole,
                         const std::function<bool(double share)>& go_on) {
    auto same = same_events(before.recording(), again.recording(), again.newest(), go_on);
    if (!same.ok() || !whole || to >= before.now()) return same;
    const auto last = before.recording().last_event_at(to);
    if (!last.ok()) return last.problems();
    return same.value() && last.value() == again.newest();
}

Result<Proof> prove(Run& original, Run& again, const std::string& path) {
    const std::string digest = original.digest();
    Proof proof{.digest = "", .compared = !digest.empty()};
    proof.same = again.newest() == original.newest() && again.digest() == digest;
    const auto end = again.ask({{"do", "quit"}});
    if (!end) return Diagnostic{.file = path, .message = again.epitaph()};
    if (end->contains("record_problem")) {
        return Diagnostic{.file = path, .message = end->value("record_problem", "")};
    }
    proof.digest = end->value("digest", "");
    return proof;
}

}   // namespace glasshive::client
