#include <cerrno>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/problems.h"
#include "door/http/address.h"
#include "serve/serve.h"
#include "session/channel.h"

namespace glasshive::cli {

namespace {

using Json = nlohmann::ordered_json;

/// One line to the server and its answer; what went wrong, as {"ok":false,…}.
Json ask(const std::string& path, const Json& question) {
    const auto wrong = [&](const std::string& what) {
        return Json{{"ok", false}, {"error", what}};
    };
    session::Socket socket;
    socket.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return wrong(path + ": the path is too long");
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return wrong("nobody serves there (" + path + ": " + std::strerror(errno) + ")");
    }
    const std::string line = question.dump() + "\n";
    if (::send(socket.fd, line.data(), line.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size())) {
        return wrong("the server went away");
    }
    std::string got;
    char piece[4096];
    while (got.find('\n') == std::string::npos) {
        const ssize_t size = ::recv(socket.fd, piece, sizeof piece, 0);
        if (size <= 0) return wrong("the server went away");
        got.append(piece, static_cast<std::size_t>(size));
    }
    const Json answer = Json::parse(got, nullptr, false);
    return answer.is_object() ? answer : wrong("the server's answer is none");
}

/// "n1,n2" as names.
Json names_of(const std::string& group) {
    Json names = Json::array();
    for (std::size_t at = 0; at <= group.size();) {
        const std::size_t end = std::min(group.find(',', at), group.size());
        if (end > at) names.push_back(group.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

void print_status(const Json& answer) {
    std::cout << answer["store"].get<std::string>() << " at " << answer["now"].get<double>()
              << " s of virtual time, " << answer["open_requests"] << " requests open\n";
    for (const Json& node : answer["nodes"]) {
        std::cout << "  " << node["name"].get<std::string>() << "  "
                  << node["state"].get<std::string>() << ", sees " << node["sees"].size()
                  << " others, " << node["shards"] << " shards\n";
    }
}

}   // namespace

int ctl_command(const CtlOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) {
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    auto address = door::http::parse_address(options.to);
    if (!address.ok()) {
        Diagnostics problems = address.problems();
        for (Diagnostic& each : problems) each.file = "--to";
        return fail(problems);
    }
    Json question{{"do", options.fault.empty() ? "status" : "fault"}};
    if (!options.fault.empty()) {
        Json groups = Json::array();
        for (const std::string& group : options.nodes) groups.push_back(names_of(group));
        question["kind"] = options.fault;
        question["nodes"] = groups;
    }
    const Json answer = ask(serve::control_socket_of(address.value()), question);
    if (!answer.value("ok", false)) {
        return fail({Diagnostic{.file = options.to,
                                .message = answer.value("error", "it could not be done")}});
    }
    if (options.common.json)
        std::cout << answer.dump() << "\n";
    else if (options.fault.empty())
        print_status(answer);
    return exit_ok;
}

}   // namespace glasshive::cli
