// A view of a run that goes on: starting it, following its recording, asking it for things.
#include <chrono>
#include <cmath>
#include <thread>

#include "viewer/app/view.h"

namespace glasshive::viewer {

namespace {

using Clock = std::chrono::steady_clock;

/// Until `done`, a status after the other; false when the time is over.
template <class Done>
bool wait_until(Sandbox& sandbox, std::chrono::seconds patience, Done done) {
    const auto until = Clock::now() + patience;
    while (!done(*sandbox.status())) {
        if (Clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}   // namespace

Diagnostics View::start_live(const ViewOptions& options) {
    sandbox_ = std::make_unique<Sandbox>(SandboxOptions{.file = options.file});
    const bool there = wait_until(*sandbox_, std::chrono::seconds(60), [](const Status& status) {
        return status.mode != Mode::starting &&
               (!status.recording.empty() || !status.problems.empty());
    });
    status_ = sandbox_->status();
    if (!there)
        return {{.file = options.file, .message = "its session does not start within a minute"}};
    if (status_->recording.empty()) return status_->problems;
    if (options.at) {
        posted_ = sandbox_->post(Play{.speed = HUGE_VAL, .until = *options.at});
        wait_for_run();
        status_ = sandbox_->status();
    }
    selection_.playhead = Time{};
    generation_ = status_->generation;
    if (auto problems = show(status_->recording); !problems.empty()) return problems;
    look_at_run();
    if (options.at) seek(*options.at);   // A saved session stands where it was left.
    return {};
}

void View::look_at_run() {
    auto next = sandbox_->status();
    if (next != status_) {
        status_ = std::move(next);
        for (const Answer& answer : status_->answers) {
            if (answer.command <= told_) continue;
            told_ = answer.command;
            if (!answer.text.empty()) say(answer.text);
        }
    }
    const bool other = status_->generation != generation_ && !status_->recording.empty();
    if (other) {
        generation_ = status_->generation;
        const Diagnostics problems = show(status_->recording);
        if (!problems.empty()) say(problems.front().message);
    }
    if (status_->now > glass_->end() || status_->newest > glass_->last()) {
        const auto grown = glass_->refresh(status_->now);
        if (!grown.ok()) say(grown.problems().front().message);
        story_->grow();
    }
    if (following_ || other) selection_.playhead = glass_->end();
    following_ = following_ || other;
}

void View::give_up() {
    if (sandbox_ != nullptr) sandbox_->give_up();
}

void View::post(Command command) {
    if (sandbox_ == nullptr) return;
    say("");
    following_ = true;
    posted_ = sandbox_->post(std::move(command));
}

bool View::wait_for_run() {
    if (sandbox_ == nullptr) return true;
    return wait_until(*sandbox_, std::chrono::seconds(60), [&](const Status& status) {
        const bool answered =
            posted_ == 0 || (!status.answers.empty() && status.answers.back().command >= posted_);
        return answered && status.doing == 0 && status.mode != Mode::playing;
    });
}

}   // namespace glasshive::viewer
