// Time passes in a run, and things are given to it.
#include <algorithm>
#include <cmath>

#include "viewer/live/worker.h"

namespace glasshive::viewer {

/// Takes note of where the run stands, and whether it stopped by itself.
void Worker::take_place(const client::Json& answer) {
    const client::Json pace = answer.value("pace", client::Json(0));
    const bool plays = pace.is_string() || pace.get<double>() > 0;
    status_.found = answer.value("found", std::uint64_t{0});
    status_.end = time_of_ns(answer.value("end_ns", ns_of(status_.end)));
    status_.mode = run_->ended() ? Mode::ended : plays ? Mode::playing : Mode::paused;
    if (status_.mode != Mode::playing) status_.speed = 0;
    const std::string problem = answer.value("script_problem", "");
    if (!problem.empty() && status_.problems.empty()) {
        status_.problems = {{.file = "script", .message = problem}};
    }
    const auto now = Wall::now();
    const double wall = std::chrono::duration<double>(now - looked_).count();
    constexpr double long_enough = 0.25;
    if (wall < long_enough && status_.mode == Mode::playing) return;
    status_.reached = status_.mode == Mode::playing && run_->now() >= looked_at_
                          ? seconds_of(run_->now() - looked_at_) / wall
                          : 0;
    looked_ = now;
    looked_at_ = run_->now();
}

void Worker::look() {
    const auto answer = run_->ask({{"do", "look"}});
    if (answer) {
        take_place(*answer);
    } else {
        died();
    }
    publish();
}

/// Stops a run that plays. Well when it is not dead.
Worker::Done Worker::hold() {
    if (!alive()) return no_process();
    if (!run_->ask({{"do", "pause"}})) return died();
    look();
    return alive() ? Done{} : no_process();
}

Worker::Done Worker::play(const Play& play) {
    if (!alive()) return no_process();
    if (!(play.speed > 0)) return wrong("a speed is more than 0");
    client::Json request{{"do", "pace"}};
    request["speed"] = std::isinf(play.speed) ? client::Json("max") : client::Json(play.speed);
    if (play.until != time_never) request["t_ns"] = std::max<std::int64_t>(0, ns_of(play.until));
    if (!play.event.empty()) {
        request["event"] = play.event;
        request["subject"] = play.subject;
    }
    const auto answer = run_->ask(request);
    if (!answer) return died();
    if (!answer->value("ok", false)) return wrong(answer->value("error", ""));
    status_.speed = play.speed;
    looked_ = Wall::now();
    looked_at_ = run_->now();
    look();
    return {};
}

Worker::Done Worker::step(std::uint64_t entries) {
    if (const Done held = hold(); !held.well) return held;
    constexpr std::uint64_t at_a_time = 2000;   // A few milliseconds.
    const std::uint64_t all = entries;
    while (entries > 0 && !run_->ended() && !mailbox_.closing() && !mailbox_.given_up()) {
        const std::uint64_t some = std::min(entries, at_a_time);
        if (!run_->ask({{"do", "step"}, {"n", some}})) return died();
        entries -= some;
        status_.progress = 1 - static_cast<double>(entries) / static_cast<double>(all);
        publish();
    }
    look();
    return {};
}

Worker::Done Worker::give(const std::string& typed) {
    if (!alive()) return no_process();
    std::string text = client::plain_line(typed);
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    if (text.empty()) return wrong("nothing was given");
    const client::Given done = client::give(*run_, lines_.present(), text);
    status_.unsaved = status_.unsaved || done.given;
    if (done.died) return died();
    look();
    return {done.error.empty(), done.error};
}

}   // namespace glasshive::viewer
