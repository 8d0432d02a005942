#include "session/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "swarm/manager/manager.h"
#include "world/world.h"
#include "yaml/units.h"

namespace glasshive::session {

namespace {

using Json = nlohmann::ordered_json;
using Wall = std::chrono::steady_clock;
constexpr std::size_t line_max = 64 * 1024;

/// Closes what it opened, whatever happens.
struct Socket {
    int fd = -1;
    ~Socket() { reset(); }
    void reset(int next = -1) {
        if (fd >= 0) close(fd);
        fd = next;
    }
};

class Server {
  public:
    Server(Session& session, std::string path) : session_(session), path_(std::move(path)) {}
    ~Server() {
        if (listening_.fd >= 0) unlink(path_.c_str());
    }

    bool listen_on_path();
    void loop();

  private:
    void accept_client();
    void read_client();
    void answer_line(const std::string& line);
    Json answer(const Json& request);
    Json state(bool ok = true) const;
    Json run_until(const Json& request);
    Json inspect() const;
    Json quit();
    void advance_paced();
    static Json error(const std::string& text) { return {{"ok", false}, {"error", text}}; }

    Session& session_;
    std::string path_;
    Socket listening_, client_;
    std::string buffer_;
    double speed_ = 0;
    Wall::time_point paced_from_{};
    Time paced_base_{};
    bool done_ = false;
};

bool Server::listen_on_path() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) {
        std::fprintf(stderr, "glasshive: the socket's path is longer than %zu characters\n",
                     sizeof address.sun_path - 1);
        return false;
    }
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    struct stat info{};
    // A socket left by a session that died may be replaced; anything else stays.
    if (lstat(path_.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) unlink(path_.c_str());
    Socket made;
    made.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0077);   // Only its owner may drive the run.
    const bool bound = made.fd >= 0 &&
                       bind(made.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       listen(made.fd, 4) == 0;
    umask(before);
    if (!bound) {
        std::fprintf(stderr, "glasshive: %s: cannot listen there: %s\n", path_.c_str(),
                     std::strerror(errno));
        return false;
    }
    listening_.reset(made.fd);
    made.fd = -1;
    return true;
}

void Server::loop() {
    while (!done_) {
        pollfd watched[2] = {{listening_.fd, POLLIN, 0}, {client_.fd, POLLIN, 0}};
        const bool running = speed_ > 0 && session_.now() < session_.end();
        const bool flat_out = running && std::isinf(speed_);
        if (poll(watched, client_.fd >= 0 ? 2 : 1, flat_out ? 0 : running ? 10 : -1) < 0 &&
            errno != EINTR) {
            return;
        }
        if ((watched[0].revents & POLLIN) != 0 && client_.fd < 0) accept_client();
        if (client_.fd >= 0 && watched[1].revents != 0) read_client();
        if (running) advance_paced();
    }
}

void Server::accept_client() {
    client_.reset(accept4(listening_.fd, nullptr, nullptr, SOCK_CLOEXEC));
    buffer_.clear();
}

void Server::read_client() {
    char chunk[4096];
    const ssize_t n = read(client_.fd, chunk, sizeof chunk);
    if (n <= 0) {
        client_.reset();
        return;
    }
    buffer_.append(chunk, static_cast<std::size_t>(n));
    std::size_t end = 0;
    while (client_.fd >= 0 && !done_ && (end = buffer_.find('\n')) != std::string::npos) {
        const std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        answer_line(line);
    }
    if (buffer_.size() > line_max) {
        answer_line("");
        client_.reset();
    }
}

void Server::answer_line(const std::string& line) {
    Json reply;
    const Json request = Json::parse(line, nullptr, false);
    if (request.is_discarded() || !request.is_object() || !request.contains("do") ||
        !request["do"].is_string()) {
        reply = error("not a command: one JSON object a line, {\"do\": \"step\"}");
    } else {
        reply = answer(request);
    }
    const std::string text = reply.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t n = send(client_.fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            client_.reset();
            return;
        }
        sent += static_cast<std::size_t>(n);
    }
}

Json Server::state(bool ok) const {
    return {{"ok", ok}, {"t", seconds_of(session_.now())}, {"event", session_.events_emitted()},
            {"ended", session_.now() >= session_.end()}};
}

Json Server::run_until(const Json& request) {
    Time until{};
    const Json t = request.value("t", Json());
    if (t.is_number()) {
        const double seconds = t.get<double>();
        if (!(seconds >= 0 && seconds < 9e9)) return error("t is not a time");
        until = time_of_ns(std::llround(seconds * 1e9));
    } else if (t.is_string()) {
        const auto parsed = yaml::parse_duration(t.get<std::string>());
        if (!parsed) return error("t is not a duration such as \"30s\"");
        until = Time{} + *parsed.value;
    } else {
        return error("run_until needs t: seconds, or a duration such as \"30s\"");
    }
    session_.run_until(until);
    session_.flush_recording();
    return state();
}

Json Server::inspect() const {
    Json reply = state();
    reply["end"] = seconds_of(session_.end());
    reply["pace"] = speed_;
    const swarm::Store& store = session_.world().manager().store();
    reply["services"] = Json::array();
    for (const swarm::Service& service : store.services()) {
        if (service.removed) continue;
        const swarm::ServiceStatus status = store.status(service.id);
        reply["services"].push_back({{"name", session_.names().text(service.name)},
                                     {"running", status.running}, {"desired", status.desired}});
    }
    reply["nodes"] = Json::array();
    for (const swarm::Node& node : store.nodes()) {
        reply["nodes"].push_back({{"name", session_.names().text(node.hostname)},
                                  {"state", swarm::to_text(node.state)},
                                  {"availability", swarm::to_text(node.availability)}});
    }
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

Json Server::answer(const Json& request) {
    const std::string word = request["do"].get<std::string>();
    if (word == "run_until") return run_until(request);
    if (word == "inspect") return inspect();
    if (word == "quit") return quit();
    if (word == "step") {
        const Json n = request.value("n", Json(1));
        if (!n.is_number_unsigned() || n.get<std::uint64_t>() > 1'000'000'000) {
            return error("n is a count of entries, at most 1,000,000,000");
        }
        for (std::uint64_t i = 0; i < n.get<std::uint64_t>() && session_.step(); ++i) {}
        session_.flush_recording();
        return state();
    }
    if (word == "pause") {
        speed_ = 0;
        session_.flush_recording();
        return state();
    }
    if (word == "pace") {
        const Json speed = request.value("speed", Json());
        if (speed.is_string() && speed.get<std::string>() == "max") {
            speed_ = INFINITY;
        } else if (speed.is_number() && speed.get<double>() >= 0) {
            speed_ = speed.get<double>();
        } else {
            return error("speed is a number of virtual seconds per second, or \"max\"");
        }
        paced_from_ = Wall::now();
        paced_base_ = session_.now();
        return state();
    }
    if (word == "inject") {
        const Json text = request.value("text", Json());
        if (!text.is_string()) return error("inject needs text");
        const auto done = session_.inject(text.get<std::string>());
        if (!done.ok()) return error(to_text(done.problems().front()));
        session_.flush_recording();
        return state();
    }
    return error("unknown command \"" + word +
                 "\"; there are step, run_until, pace, pause, inject, "
                 "inspect and quit");
}

void Server::advance_paced() {
    Time target = session_.end();
    if (!std::isinf(speed_)) {
        const double wall = std::chrono::duration<double>(Wall::now() - paced_from_).count();
        const double ahead = std::min(wall * speed_, seconds_of(session_.end()));
        target = std::min(target, paced_base_ + Duration{std::llround(ahead * 1e9)});
    } else {
        target = std::min(target, session_.now() + (session_.end() - Time{}) / 200 + Duration{1});
    }
    if (target > session_.now()) session_.run_until(target);
}

}   // namespace

int serve(Session& session, const std::string& socket_path) {
    Server server(session, socket_path);
    if (!server.listen_on_path()) return 2;
    std::printf("listening %s\n", socket_path.c_str());
    std::fflush(stdout);
    server.loop();
    return 0;
}

}   // namespace glasshive::session
