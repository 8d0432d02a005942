#include "session/server.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <variant>

#include "session/channel.h"
#include "swarm/manager/manager.h"
#include "world/world.h"
#include "yaml/units.h"

namespace glasshive::session {

namespace {

using Json = nlohmann::ordered_json;
using Wall = std::chrono::steady_clock;

/// One session and what drives it: words from the channel, or the wall clock between them.
class Server {
  public:
    Server(Session& session, LineChannel& channel, std::optional<Time> left_at)
        : session_(session),
          channel_(channel),
          left_at_(left_at) {}

    /// Answers until `quit`.
    void loop();

  private:
    Json answer_line(const std::string& line);
    Json answer(const std::string& word, const Json& request);
    Json state(bool ok = true) const;
    Json run_until(const Json& request);
    Json step(const Json& request);
    Json pace(const Json& request);
    Json pause();
    Json inject(const Json& request);
    Json inspect() const;
    Json look() const;
    Json commands() const;
    Json quit();
    bool runs_by_itself() const { return speed_ > 0 && session_.now() < session_.end(); }
    void advance_paced();
    static Json error(const std::string& text) { return {{"ok", false}, {"error", text}}; }

    Session& session_;
    LineChannel& channel_;
    double speed_ = 0;   // Virtual seconds per second; infinite: as fast as it goes.
    Wall::time_point paced_from_{};
    Time paced_base_{};
    Time paced_until_ = time_never;
    std::optional<EventPattern> paced_for_;   // An event that stops it.
    EventId found_{};                         // What the last pace with a pattern came to.
    bool behind_ = false;                     // The last slice was cut short.
    Duration slice_{1};                       // What takes about a fortieth of a second.
    const std::optional<Time> left_at_;
    bool done_ = false;
};

void Server::loop() {
    std::string line;
    while (!done_) {
        const int patience_ms = !runs_by_itself() ? -1 : behind_ ? 0 : 10;
        const LineChannel::Got got = channel_.next(line, patience_ms);
        if (got != LineChannel::Got::nothing) {
            const Json reply = got == LineChannel::Got::line
                                   ? answer_line(line)
                                   : error("a line has at most 65536 bytes");
            channel_.send(reply.dump(-1, ' ', false, Json::error_handler_t::replace));
        }
        if (!done_ && runs_by_itself()) advance_paced();
    }
}

Json Server::answer_line(const std::string& line) {
    const Json request = Json::parse(line, nullptr, false);
    if (request.is_discarded() || !request.is_object() || !request.contains("do") ||
        !request["do"].is_string()) {
        return error("not a command: one JSON object a line, such as {\"do\": \"step\"}");
    }
    return answer(request["do"].get<std::string>(), request);
}

Json Server::state(bool ok) const {
    Json reply{{"ok", ok}, {"t", seconds_of(session_.now())}, {"t_ns", ns_of(session_.now())},
               {"event", session_.events_emitted()}, {"ended", session_.now() >= session_.end()}};
    if (session_.script_problem()) reply["script_problem"] = to_text(*session_.script_problem());
    return reply;
}

/// `t`, or `t_ns`, of a request; a sentence when there is none that makes sense.
std::variant<Time, std::string> instant_of(const Json& request) {
    const Json t = request.value("t", Json()), ns = request.value("t_ns", Json());
    if (ns.is_number_unsigned() && ns.get<std::uint64_t>() < INT64_MAX) {
        return time_of_ns(ns.get<std::int64_t>());
    }
    if (!ns.is_null()) return "t_ns is no count of nanoseconds";
    if (t.is_number()) {
        const double seconds = t.get<double>();
        if (!(seconds >= 0 && seconds < 9e9)) return "t is not a time";
        return time_of_ns(std::llround(seconds * 1e9));
    }
    if (!t.is_string()) return "run_until needs t: seconds, or a duration such as \"30s\"";
    const auto parsed = yaml::parse_duration(t.get<std::string>());
    if (!parsed) return "t is not a duration such as \"30s\"";
    return Time{} + *parsed.value;
}

std::string text_of(const Diagnostics& problems) {
    std::string text;
    for (const Diagnostic& problem : problems) {
        text += (text.empty() ? "" : "\n") + to_text(problem);
    }
    return text;
}

/// `event` and `subject` of a request; a sentence when they mean nothing.
std::variant<EventPattern, std::string> pattern_of(const Json& request,
                                                   const EventRegistry& registry) {
    const Json kind = request["event"], subject = request.value("subject", Json("*"));
    if (!kind.is_string() || !subject.is_string()) return "event and subject are patterns";
    EventPattern pattern{kind.get<std::string>(), subject.get<std::string>()};
    const Diagnostics wrong = pattern.check(registry);
    if (!wrong.empty()) return text_of(wrong);
    return pattern;
}

Json Server::run_until(const Json& request) {
    const bool for_event = request.contains("event");
    const bool to_the_end = for_event && !request.contains("t") && !request.contains("t_ns");
    const auto until = to_the_end ? session_.end() : instant_of(request);
    if (const auto* wrong = std::get_if<std::string>(&until)) return error(*wrong);
    if (!for_event) {
        session_.run_until(std::get<Time>(until));
        session_.flush_recording();
        return state();
    }
    const auto pattern = pattern_of(request, session_.registry());
    if (const auto* wrong = std::get_if<std::string>(&pattern)) return error(*wrong);
    const EventId found =
        session_.run_until(std::get<EventPattern>(pattern), std::get<Time>(until));
    session_.flush_recording();
    Json reply = state();
    reply["found"] = number_of(found);
    return reply;
}

Json Server::inspect() const {
    Json reply = state();
    reply["end"] = seconds_of(session_.end());
    reply["digest"] = session_.digest();
    reply["pace"] = std::isinf(speed_) ? Json("max") : Json(speed_);
    const swarm::Store& store = session_.world().managers().store();
    reply["services"] = Json::array();
    for (const swarm::Service& service : store.services()) {
        if (service.removed) continue;
        const swarm::ServiceStatus status = store.status(service.id);
        reply["services"].push_back({{"name", session_.names().text(service.name)},
                                     {"running", status.running}, {"desired", status.desired}});
    }
    reply["nodes"] = Json::array();
    for (const swarm::Node& node : store.nodes()) {
        if (node.removed) continue;
        reply["nodes"].push_back({{"name", session_.names().text(node.hostname)},
                                  {"state", swarm::to_text(node.state)},
                                  {"availability", swarm::to_text(node.availability)}});
    }
    return reply;
}

Json Server::look() const {
    Json reply = state();
    reply["end_ns"] = ns_of(session_.end());
    reply["pace"] = std::isinf(speed_) ? Json("max") : Json(speed_);
    reply["found"] = number_of(found_);
    reply["given"] = session_.given().size();
    return reply;
}

Json Server::commands() const {
    Json reply = state();
    reply["given"] = Json::parse(json_of(session_.given()));
    reply["to_come"] = Json::parse(json_of(session_.to_come()));
    if (left_at_) reply["left_ns"] = ns_of(*left_at_);
    return reply;
}

Json Server::quit() {
    done_ = true;
    const Outcome outcome = session_.finish();
    Json reply = state();
    reply["digest"] = outcome.digest;
    reply["expectations"] = Json::array();
    for (const check::Verdict& v : outcome.verdicts) {
        reply["expectations"].push_back(
            {{"text", v.text}, {"outcome", check::to_text(v.outcome)}, {"figure", v.figure}});
    }
    reply["commands"] = outcome.commands.size();
    if (outcome.record_problem) reply["record_problem"] = to_text(*outcome.record_problem);
    return reply;
}

Json Server::step(const Json& request) {
    const Json n = request.value("n", Json(1U));
    if (!n.is_number_unsigned() || n.get<std::uint64_t>() > 1'000'000'000) {
        return error("n is a count of entries, at most 1,000,000,000");
    }
    for (std::uint64_t i = 0; i < n.get<std::uint64_t>() && session_.step(); ++i) {}
    session_.flush_recording();
    return state();
}

Json Server::pause() {
    speed_ = 0;
    session_.flush_recording();
    return state();
}

Json Server::pace(const Json& request) {
    const Json speed = request.value("speed", Json());
    const double number = speed.is_number() ? speed.get<double>() : -1;
    const bool to_instant = request.contains("t") || request.contains("t_ns");
    const auto until = to_instant ? instant_of(request) : session_.end();
    if (const auto* wrong = std::get_if<std::string>(&until)) return error(*wrong);
    std::optional<EventPattern> waited_for;
    if (request.contains("event")) {
        const auto pattern = pattern_of(request, session_.registry());
        if (const auto* wrong = std::get_if<std::string>(&pattern)) return error(*wrong);
        waited_for = std::get<EventPattern>(pattern);
    }
    if (speed.is_string() && speed.get<std::string>() == "max") {
        speed_ = INFINITY;
    } else if (number >= 0 && std::isfinite(number)) {
        speed_ = number;
    } else {
        return error("speed is a number of virtual seconds per second, or \"max\"");
    }
    paced_from_ = Wall::now();
    paced_base_ = session_.now();
    paced_until_ = std::min(std::get<Time>(until), session_.end());
    paced_for_ = waited_for;
    found_ = {};
    slice_ = std::max<Duration>((session_.end() - Time{}) / 1000, Duration{1});
    return speed_ > 0 && paced_until_ > paced_base_ ? state() : pause();
}

Json Server::inject(const Json& request) {
    const Json text = request.value("text", Json());
    if (!text.is_string()) return error("inject needs text, such as \"drain node-2\"");
    const auto done = session_.inject(text.get<std::string>());
    session_.flush_recording();
    Json reply = done.ok() ? state() : error(text_of(done.problems()));
    reply["given"] = session_.given().size();   // What the cluster refused was given, too.
    return reply;
}

Json Server::answer(const std::string& word, const Json& request) {
    if (word == "step") return step(request);
    if (word == "run_until") return run_until(request);
    if (word == "pace") return pace(request);
    if (word == "pause") return pause();
    if (word == "inject") return inject(request);
    if (word == "inspect") return inspect();
    if (word == "look") return look();
    if (word == "commands") return commands();
    if (word == "quit") return quit();
    return error("unknown command \"" + word +
                 "\"; there are step, run_until, pace, pause, inject, inspect, look, commands "
                 "and quit");
}

/// One slice, after which the channel is looked at. A run that cannot keep the pace goes as fast as
/// it can, and does not make up for it later.
void Server::advance_paced() {
    const Time now = session_.now();
    Time target = paced_until_;
    if (!std::isinf(speed_)) {
        const double wall = std::chrono::duration<double>(Wall::now() - paced_from_).count();
        const double ahead = std::min(wall * speed_, seconds_of(session_.end()));
        target = std::min(target, paced_base_ + Duration{std::llround(ahead * 1e9)});
    }
    behind_ = target > now && target - now > slice_;
    if (behind_) target = now + slice_;
    if (target <= now) return;
    const auto before = Wall::now();
    if (paced_for_) {
        found_ = session_.run_until(*paced_for_, target);
    } else {
        session_.run_until(target);
    }
    const auto after = Wall::now();
    if (after - before > std::chrono::milliseconds{40}) slice_ = std::max(slice_ / 2, Duration{1});
    if (behind_ && after - before < std::chrono::milliseconds{15}) slice_ *= 2;
    if (behind_) {
        paced_from_ = after;
        paced_base_ = session_.now();
    }
    const bool ended = session_.now() >= session_.end();
    if (!ended && (found_ != EventId{} || session_.now() >= paced_until_)) speed_ = 0;
    if (ended || speed_ == 0) session_.flush_recording();
}

}   // namespace

int serve(Session& session, const std::string& socket_path, std::optional<Time> left_at) {
    LineChannel channel(socket_path);
    if (!channel.listen()) return 2;
    std::printf("listening %s\n", socket_path.c_str());
    std::fflush(stdout);
    Server(session, channel, left_at).loop();
    return 0;
}

}   // namespace glasshive::session
