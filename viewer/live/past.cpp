// The run is made again: to go back, to go on from elsewhere, to another line of history.
#include <algorithm>

#include "viewer/live/worker.h"

namespace glasshive::viewer {

using client::Went;
using session::TimedCommand;

client::Setup Worker::setup(std::vector<TimedCommand> given) const {
    return {.file = origin_,
            .seed = seed_,
            .profile = profile_,
            .duration = duration_,
            .commands = std::move(given),
            .record = "",
            .program = program_};
}

/// A new run that stands at `to`; null when it does not come there, with what became of it in
/// `why_not`. The present one is left alone.
std::unique_ptr<client::Run> Worker::make_again(const client::Setup& setup, Time to,
                                                Done& why_not) {
    auto started = Run::start(setup, scratch_, std::to_string(++runs_), *this);
    if (!started.ok()) {
        why_not = wrong(to_text(started.problems().front()));
        return nullptr;
    }
    std::unique_ptr<Run> run = std::move(started.value());
    EventId found{};
    const auto stop = [&]() -> std::optional<Went> {
        if (mailbox_.closing() || mailbox_.given_up()) return Went::interrupted;
        return std::nullopt;
    };
    const auto looked = [&](Time now) {
        status_.progress = seconds_of(now) / std::max(1e-9, seconds_of(to));
        publish();
    };
    const Went went =
        client::advance(*run, to, {{"do", "run_until"}}, found, {.stop = stop, .looked = looked});
    if (went == Went::there) return run;
    mailbox_.go_on();
    status_.silent = 0;
    why_not =
        wrong(went == Went::interrupted ? "given up; nothing changed"
                                        : "the run could not be made again: " + run->epitaph());
    return nullptr;
}

void Worker::replace_run(std::unique_ptr<Run> run) {
    if (run_ != nullptr) run_->end();
    previous_ = std::move(run_);   // Whoever looks at its recording may do so until the next one.
    run_ = std::move(run);
    ++status_.generation;
    status_.problems.clear();
    status_.speed = status_.reached = 0;
    status_.mode = Mode::paused;
    look();
}

/// Whether this run is what the one before was, in words; "" when nobody waited for that.
std::string Worker::compare(bool whole) {
    if (previous_ == nullptr) return "";
    const Time to = run_->now();
    const auto go_on = [&](double share) {
        status_.progress = share;
        publish();
        return !mailbox_.closing() && !mailbox_.given_up() && !mailbox_.has_posted();
    };
    const auto same = client::same_so_far(*previous_, *run_, to, whole, go_on);
    if (!same.ok()) return "";
    if (same.value()) {
        return "the same " + std::to_string(number_of(run_->newest())) +
               " events as before, up to here";
    }
    status_.problems = {{.file = "sandbox",
                         .message = "made again, the run is another one up to "
                                    "here: a bug of ours"}};
    return status_.problems.front().message;
}

/// Makes the run again up to `to` with the first `kept` of what was given, and compares.
Worker::Done Worker::go_back(Time to, std::size_t kept) {
    if (alive()) hold();
    std::vector<TimedCommand>& given = lines_.present().given;
    const bool whole = kept == client::given_until(given, to);   // Of the instant `to`.
    std::vector<TimedCommand> stay(given.begin(),
                                   given.begin() + static_cast<std::ptrdiff_t>(kept));
    Done done;
    auto run = make_again(setup(stay), to, done);
    if (run == nullptr) return done;
    status_.unsaved = status_.unsaved || kept < given.size();
    given = std::move(stay);
    replace_run(std::move(run));
    done.text = compare(whole);
    done.well = status_.problems.empty();
    return done;
}

Worker::Done Worker::rewind(Time to) {
    if (to < Time{}) return wrong("there is nothing before the start");
    if (alive()) hold();
    if (to > run_->now()) return wrong("that is to come: playing goes there");
    return go_back(to, client::given_until(lines_.present().given, to));
}

Worker::Done Worker::undo() {
    const std::vector<TimedCommand>& given = lines_.present().given;
    if (given.empty()) return wrong("nothing was given");
    return go_back(given.back().at, given.size() - 1);
}

Worker::Done Worker::branch(const Branch& branch) {
    const std::string no_name = client::why_no_name(branch.name);
    if (!no_name.empty()) return wrong(no_name);
    if (lines_.find(branch.name) != nullptr) return wrong(branch.name + " exists already");
    if (alive()) hold();
    client::keep_place(lines_.present(), *run_);
    const std::string before = lines_.present().name;
    lines_.add({.name = branch.name, .given = lines_.present().given});
    if (branch.from == time_never) return {true, before + " is kept; this is " + branch.name};
    Done done = rewind(branch.from);
    if (lines_.present().name == branch.name && !done.well && status_.problems.empty()) {
        lines_.go_to(before);   // It did not come to be.
        lines_.forget(branch.name);
    }
    return done;
}

Worker::Done Worker::switch_to(const std::string& name) {
    const client::Line* line = lines_.find(name);
    if (line == nullptr) return wrong("no line of history is called " + name);
    if (line == &lines_.present()) return wrong("this is " + name);
    if (alive()) hold();
    Done done;
    auto run = make_again(setup(line->given), line->at, done);
    if (run == nullptr) return done;
    const bool compared = !line->digest.empty();
    const bool same = run->newest() == line->newest && run->digest() == line->digest;
    client::keep_place(lines_.present(), *run_);
    lines_.go_to(name);
    lines_.present().digest.clear();
    replace_run(std::move(run));
    if (!compared) return {true, "this is " + name};
    if (same) return {true, "this is " + name + ", as it was left"};
    status_.problems = {
        {.file = "sandbox", .message = "made again, " + name + " is another run: a bug of ours"}};
    return wrong(status_.problems.front().message);
}

}   // namespace glasshive::viewer
