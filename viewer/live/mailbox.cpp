#include "viewer/live/mailbox.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace glasshive::viewer {

Mailbox::Mailbox(std::function<void()> changed)
    : changed_(std::move(changed)),
      status_(std::make_shared<const Status>()),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Mailbox::~Mailbox() {
    if (wake_fd_ >= 0) ::close(wake_fd_);
}

void Mailbox::wake() { eventfd_write(wake_fd_, 1); }

std::uint64_t Mailbox::post(Command command) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = ++numbered_;
        posted_.push_back({number, std::move(command)});
    }
    wake();
    return number;
}

void Mailbox::give_up() {
    given_up_ = true;
    wake();
}

void Mailbox::close() {
    closing_ = true;
    wake();
}

std::shared_ptr<const Status> Mailbox::status() const {
    const std::lock_guard lock{mutex_};
    return status_;
}

std::optional<Mailbox::Posted> Mailbox::take() {
    const std::lock_guard lock{mutex_};
    if (posted_.empty()) return std::nullopt;
    Posted first = std::move(posted_.front());
    posted_.pop_front();
    return first;
}

bool Mailbox::has_posted() const {
    const std::lock_guard lock{mutex_};
    return !posted_.empty();
}

void Mailbox::publish(const Status& status) {
    auto next = std::make_shared<const Status>(status);
    {
        const std::lock_guard lock{mutex_};
        status_.swap(next);
    }
    if (changed_) changed_();
}

Mailbox::Woken Mailbox::wait(int fd, int wait_ms) {
    pollfd watched[2] = {{wake_fd_, POLLIN, 0}, {fd, POLLIN, 0}};   // poll(2) passes over -1.
    if (poll(watched, 2, wait_ms) <= 0) return Woken::nothing;
    if (watched[0].revents != 0) {
        eventfd_t count = 0;
        eventfd_read(wake_fd_, &count);
    }
    return watched[1].revents != 0 ? Woken::readable : Woken::posted;
}

}   // namespace glasshive::viewer
