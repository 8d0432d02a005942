#include "console/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace glasshive::console {

namespace {

volatile std::sig_atomic_t interrupt_came = 0;
volatile std::sig_atomic_t interrupt_ever_came = 0;
volatile std::sig_atomic_t continue_came = 0;
volatile std::sig_atomic_t end_came = 0;
int wake_pipe[2] = {-1, -1};   // A signal between a look and a wait must not be slept through.

void on_signal(int number) {
    const int before = errno;
    if (number == SIGCONT) {
        continue_came = 1;
    } else if (number == SIGINT) {
        interrupt_came = 1;
        interrupt_ever_came = 1;
    } else {
        end_came = number;
    }
    const char byte = 0;
    if (write(wake_pipe[1], &byte, 1) < 0) {}   // Full: it is awake already.
    errno = before;
}

void handle(int number, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, nullptr);   // Without SA_RESTART: what waits, wakes.
}

}   // namespace

Signals::Signals() {
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe[0] = wake_pipe[1] = -1;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCONT}) handle(number, on_signal);
    handle(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCONT, SIGPIPE}) handle(number, SIG_DFL);
    for (int& end : wake_pipe) {
        if (end >= 0) close(end);
        end = -1;
    }
}

bool Signals::interrupted() const { return interrupt_came != 0; }

bool Signals::ever_interrupted() const { return interrupt_ever_came != 0; }

bool Signals::take_interrupt() {
    const bool came = interrupt_came != 0;
    interrupt_came = 0;
    return came;
}

int Signals::end_asked() const { return end_came; }

bool Signals::wait_for(int fd) {
    while (end_asked() == 0) {
        // What a byte in the pipe stands for is kept beside it.
        pollfd watched[2] = {{fd, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
        if (poll(watched, 2, -1) < 0) continue;
        char rest[64];
        if (watched[1].revents != 0) {
            while (read(wake_pipe[0], rest, sizeof rest) > 0) {
            }
        }
        if (watched[0].revents != 0) return true;
    }
    return false;
}

Signals::Woken Signals::wake_at(int fd) {
    while (true) {
        if (end_asked() != 0) return Woken::end;
        if (interrupted()) return Woken::interrupted;
        if (continue_came != 0) {
            continue_came = 0;
            return Woken::continued;
        }
        pollfd watched[2] = {{fd, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
        if (poll(watched, 2, -1) < 0) continue;   // A signal: looked at above.
        char rest[64];
        if (watched[1].revents != 0) {
            while (read(wake_pipe[0], rest, sizeof rest) > 0) {}
            continue;
        }
        return Woken::readable;
    }
}

}   // namespace glasshive::console
