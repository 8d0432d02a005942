#include "client/session_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace glasshive::client {

namespace {

std::string dumped(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A session that fell says why before it goes; only then do we know how it ended.
constexpr int patience_for_its_own_end_ms = 2000;

bool send_all(int fd, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t n = send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

/// Between fork and exec: what its owner changed for itself is undone. Never returns.
/// Its owner may have threads: nothing here takes a lock (signal-safety(7)).
[[noreturn]] void become(const char* program, char* const* argv, int output, int errors,
                         pid_t owner) {
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);                      // Ctrl-C is the owner's.
    prctl(PR_SET_PDEATHSIG, SIGKILL);   // Whatever ends the owner, nobody is left behind.
    if (getppid() != owner) _exit(127);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    execv(program, argv);
    _exit(127);
}

}   // namespace

std::string exact_text(Duration span) {
    const std::int64_t ns = span.count();
    std::string fraction = std::to_string(ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    return std::to_string(ns / 1'000'000'000) + (fraction.empty() ? "" : "." + fraction) + "s";
}

bool SessionProcess::spawn(const std::string& program, const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) return false;
    const int errors = open(folder_.file(name_ + ".log").c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const pid_t owner = getpid();
    pid_ = errors >= 0 ? fork() : -1;
    if (pid_ == 0) become(program.c_str(), argv.data(), pipe_ends[1], errors, owner);
    if (errors >= 0) close(errors);
    close(pipe_ends[1]);
    output_ = pipe_ends[0];
    return pid_ > 0;
}

bool SessionProcess::connect() {
    // Its first line says that it listens; the pipe's end, that it has gone.
    for (char c = 0; c != '\n';) {
        given_up_ = !patience_.wait_for(output_);
        if (given_up_) return false;
        const ssize_t n = read(output_, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n != 1) return false;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder_.file(name_ + ".sock");
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return socket_ >= 0 &&
           ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Result<std::unique_ptr<SessionProcess>> SessionProcess::start(const Setup& setup,
                                                              const ScratchFolder& folder,
                                                              const std::string& name,
                                                              Patience& patience) {
    std::unique_ptr<SessionProcess> process(new SessionProcess(folder, name, patience));
    std::vector<std::string> words{"glasshive", "session", setup.file,
                                   "--socket", folder.file(name + ".sock"),
                                   "--record", setup.record};
    if (setup.seed) words.insert(words.end(), {"--seed", std::to_string(*setup.seed)});
    if (!setup.profile.empty()) words.insert(words.end(), {"--profile", setup.profile});
    if (setup.duration) words.insert(words.end(), {"--until", exact_text(*setup.duration)});
    if (setup.commands) {
        const std::string path = folder.file(name + ".json");
        std::ofstream(path) << session::json_of(*setup.commands);
        words.insert(words.end(), {"--commands", path});
    }
    if (process->spawn(setup.program, words) && process->connect()) return process;
    process->bury(process->given_up_ ? 0 : patience_for_its_own_end_ms);
    return process->complaint();
}

SessionProcess::~SessionProcess() {
    bury(0);   // What it recorded is committed.
    for (const char* kind : {".sock", ".json", ".log"}) unlink(folder_.file(name_ + kind).c_str());
}

void SessionProcess::bury(int patience_ms) {
    for (int* fd : {&socket_, &output_}) {
        if (*fd >= 0) close(*fd);
        *fd = -1;
    }
    if (pid_ <= 0) return;
    for (int waited = 0; waitpid(pid_, &status_, WNOHANG) != pid_; ++waited) {
        if (waited >= patience_ms) {
            kill(pid_, SIGKILL);
            while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {}
            break;
        }
        usleep(1000);
    }
    pid_ = -1;
}

std::string SessionProcess::last_words() const {
    constexpr std::size_t most = 4000;
    std::ifstream in(folder_.file(name_ + ".log"), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    std::string words = text.str();
    if (words.size() > most) words.erase(0, words.size() - most);
    while (!words.empty() && words.back() == '\n') words.pop_back();
    return words;
}

/// One that found the user's words wrong said so as every command does: "FILE: what", a hint, and a
/// count.
Diagnostic SessionProcess::complaint() {
    constexpr int user_error = 2;
    const std::string words = last_words();
    const std::size_t name = words.find(": ");
    const bool said_so = WIFEXITED(status_) && WEXITSTATUS(status_) == user_error;
    if (!said_so || name == std::string::npos) return {.file = "session", .message = epitaph()};
    const std::size_t count = words.find("; nothing was run.");
    const std::size_t end = count == std::string::npos ? words.size() : words.rfind('\n', count);
    return {.file = words.substr(0, name), .message = words.substr(name + 2, end - name - 2)};
}

std::string SessionProcess::epitaph() {
    const std::string words = last_words();
    std::string how = "it did not start";
    if (given_up_) {
        how = "it did not answer, and was ended";
    } else if (WIFSIGNALED(status_)) {
        how = "signal " + std::to_string(WTERMSIG(status_)) + " ended it";
    } else if (WIFEXITED(status_)) {
        how = "it ended with status " + std::to_string(WEXITSTATUS(status_));
    }
    return words.empty() ? how : how + "; it said:\n" + words;
}

std::optional<Json> SessionProcess::ask(const Json& request) {
    if (socket_ < 0) return std::nullopt;
    const std::string line = dumped(request) + "\n";
    bool sent = send_all(socket_, line);
    while (sent) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            const Json answer = Json::parse(buffer_.substr(0, end), nullptr, false);
            buffer_.erase(0, end + 1);
            if (answer.is_object() && answer.value("ok", Json()).is_boolean()) return answer;
            break;   // No session of ours speaks so.
        }
        given_up_ = !patience_.wait_for(socket_);
        if (given_up_) break;
        char chunk[4096];
        const ssize_t n = recv(socket_, chunk, sizeof chunk, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        buffer_.append(chunk, static_cast<std::size_t>(n));
    }
    bury(given_up_ ? 0 : patience_for_its_own_end_ms);
    return std::nullopt;
}

std::string program_beside(const std::string& name) {
    namespace fs = std::filesystem;
    std::error_code problem;
    std::vector<fs::path> folders{fs::read_symlink("/proc/self/exe", problem).parent_path()};
    const char* const path = std::getenv("PATH");
    std::istringstream rest(path == nullptr ? "" : path);
    for (std::string folder; std::getline(rest, folder, ':');) folders.emplace_back(folder);
    for (const fs::path& folder : folders) {
        const fs::path program = folder / name;
        if (folder.is_absolute() && fs::is_regular_file(program, problem) &&
            access(program.c_str(), X_OK) == 0) {
            return program.string();
        }
    }
    return "";
}

}   // namespace glasshive::client
