#include "viewer/live/worker.h"

#include <algorithm>
#include <charconv>

namespace glasshive::viewer {

namespace {

constexpr std::size_t answers_max = 64;
constexpr int look_every_ms = 40;
constexpr int tell_silence_every_ms = 250;
constexpr double hangs_after = 1;   // Seconds.

template <class Number>
Number number_of_meta(const record::Recording& recording, const char* key) {
    const std::string text = recording.meta(key).value_or("");
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}   // namespace

Worker::Worker(const SandboxOptions& options, Mailbox& mailbox)
    : options_(options),
      mailbox_(mailbox),
      program_(options.program.empty() ? client::program_beside("glasshive") : options.program) {}

void Worker::work() {
    publish();
    status_.problems = open();
    if (run_ == nullptr) status_.mode = Mode::dead;
    publish();
    while (!mailbox_.closing()) serve();
    run_.reset();
}

/// One command, one look, or one wait.
void Worker::serve() {
    if (const auto posted = mailbox_.take()) {
        obey(*posted);
        return;
    }
    mailbox_.go_on();
    const int fd = alive() ? run_->process().descriptor() : -1;
    const bool playing = status_.mode == Mode::playing;
    const auto woken = mailbox_.wait(fd, playing ? look_every_ms : -1);
    // It says nothing unasked: it has gone.
    const bool gone = woken == Mailbox::Woken::readable;
    if (gone || (playing && woken == Mailbox::Woken::nothing)) look();
}

void Worker::obey(const Mailbox::Posted& posted) {
    status_.doing = posted.number;
    status_.progress = 0;
    publish();
    struct Doing {
        Worker& self;
        Done operator()(const Play& c) const { return self.play(c); }
        Done operator()(const Pause&) const { return self.hold(); }
        Done operator()(const Step& c) const { return self.step(c.entries); }
        Done operator()(const Give& c) const { return self.give(c.text); }
        Done operator()(const Rewind& c) const { return self.rewind(c.to); }
        Done operator()(const Undo&) const { return self.undo(); }
        Done operator()(const Branch& c) const { return self.branch(c); }
        Done operator()(const Switch& c) const { return self.switch_to(c.line); }
        Done operator()(const Save& c) const { return self.save(c.path); }
    };
    Done done =
        run_ == nullptr ? wrong("there is no run") : std::visit(Doing{*this}, posted.command);
    status_.doing = 0;
    status_.answers.push_back({posted.number, done.well, std::move(done.text)});
    if (status_.answers.size() > answers_max) status_.answers.erase(status_.answers.begin());
    publish();
}

/// What the run and the lines of history are, into the status, and out with it.
void Worker::publish() {
    if (run_ != nullptr) {
        status_.now = run_->now();
        status_.newest = number_of(run_->newest());
        status_.process = run_->alive() ? run_->process().pid() : -1;
        status_.recording = run_->path();
    }
    const client::Line& present = lines_.present();
    status_.line = present.name;
    status_.given = present.given;
    status_.lines.clear();
    for (const client::Line& line : lines_.all()) {
        status_.lines.push_back(
            {line.name, &line == &present ? status_.now : line.at, line.given.size()});
    }
    mailbox_.publish(status_);
}

bool Worker::wait_for(int fd) {
    const auto since = Wall::now();
    while (!mailbox_.closing()) {
        const auto woken = mailbox_.wait(fd, tell_silence_every_ms);
        if (woken == Mailbox::Woken::readable) {
            status_.silent = 0;
            return true;
        }
        const double silent = std::chrono::duration<double>(Wall::now() - since).count();
        if (mailbox_.given_up() && silent >= hangs_after) return false;
        if (woken == Mailbox::Woken::posted) continue;
        status_.silent = silent;
        publish();
    }
    return false;
}

Diagnostics Worker::open() {
    if (program_.empty()) {
        return {{.file = "glasshive",
                 .message = "is not beside this program, nor in PATH",
                 .hint = "a simulation runs in a process of its own"}};
    }
    if (scratch_.path().empty()) {
        return {{.file = "sandbox",
                 .message = "cannot make a temporary folder",
                 .hint = "TMPDIR may name one"}};
    }
    if (auto problems = keep_origin(); !problems.empty()) return problems;
    const client::Line& line = lines_.present();
    status_.end = Time{} + duration_;
    Done why_not;
    auto run = make_again(setup(line.given), line.at, why_not);
    if (run == nullptr) return {{.file = options_.file, .message = why_not.text}};
    replace_run(std::move(run));
    return {};
}

/// A recording of nothing embeds the scenario with all that it includes: every run is made from
/// there, whatever becomes of the files meanwhile. What an earlier session was given comes with it.
Diagnostics Worker::keep_origin() {
    origin_ = scratch_.file("origin.hive");
    auto started = Run::start({.file = options_.file,
                               .seed = options_.seed,
                               .profile = options_.profile,
                               .duration = options_.duration,
                               .commands = {},
                               .record = origin_,
                               .program = program_},
                              scratch_, "origin", *this);
    if (!started.ok()) return started.problems();
    const auto answer = started.value()->ask({{"do", "commands"}});
    if (!answer) return {{.file = "session", .message = started.value()->epitaph()}};
    const Diagnostic broken{.file = options_.file, .message = "its list of commands is damaged"};
    auto given = session::read_given(answer->value("to_come", client::Json()).dump(), broken);
    if (!given.ok()) return given.problems();
    client::Line& line = lines_.present();
    line.at = time_of_ns(answer->value("left_ns", std::int64_t{0}));
    line.given = std::move(given.value());
    line.given.resize(client::given_until(line.given, line.at));
    started.value().reset();
    auto opened = record::Recording::open(origin_);
    if (!opened.ok()) return opened.problems();
    origin_recording_.emplace(std::move(opened.value()));
    seed_ = number_of_meta<std::uint64_t>(*origin_recording_, "seed");
    duration_ = Duration{number_of_meta<std::int64_t>(*origin_recording_, "duration_ns")};
    profile_ = origin_recording_->meta("profile").value_or("");
    return {};
}

Worker::Done Worker::no_process() const {
    return wrong("there is no session process; going back starts a new one");
}

/// The process has gone: said once, kept for as long as there is no other.
Worker::Done Worker::died() {
    if (mailbox_.closing()) return wrong("closed");
    mailbox_.go_on();
    status_.silent = 0;
    if (status_.mode == Mode::dead) return no_process();
    status_.mode = Mode::dead;
    status_.speed = status_.reached = 0;
    status_.problems = {{.file = "session",
                         .message = "the session process died: " + run_->epitaph(),
                         .hint = "what was given is kept: it can be saved, and going back starts "
                                 "anew"}};
    return wrong(status_.problems.front().message);
}

}   // namespace glasshive::viewer
