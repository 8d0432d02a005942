// A session becomes a file that repeats it.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "console/console.h"
#include "console/saved.h"

namespace glasshive::console {

namespace {

/// The first of the scenario's files that is no longer what was read; "" when none is.
std::string changed_file(const scenario::ScenarioSpec& spec) {
    const std::string folder = spec.file.substr(0, spec.file.find_last_of('/') + 1);
    for (const scenario::InputFile& input : spec.inputs) {
        const bool itself = &input == &spec.inputs.front();
        const std::string path =
            itself || input.name.starts_with('/') ? input.name : folder + input.name;
        std::ifstream in(path, std::ios::binary);
        std::ostringstream content;
        content << in.rdbuf();
        if (!in || content.str() != input.content) return path;
    }
    return "";
}

}   // namespace

/// Runs what was saved from its beginning to where this session stands, and ends it there.
/// Complains unless that is this session.
Console::Done Console::prove(const Setup& kept, const std::string& path, const char* did) {
    const std::string digest = run_->digest();
    Done done = Done::well;
    auto again = make_again(kept, run_->now(), done);
    if (again == nullptr) return done;
    const bool compared = !digest.empty();   // Else the session's own process has died.
    const bool same = again->newest() == run_->newest() && again->digest() == digest;
    const auto end = again->ask({{"do", "quit"}});
    if (!end) {
        screen_.complain({{.file = path, .message = again->epitaph()}});
        return Done::our_bug;
    }
    if (end->contains("record_problem")) {
        screen_.complain({{.file = path, .message = end->value("record_problem", "")}});
        return Done::wrong;
    }
    screen_.note(did + (" " + path) + ": " + exact_text(run_->now()) + ", " +
                 std::to_string(lines_.present().given.size()) + " given");
    screen_.out() << "digest  " << end->value("digest", "") << "\n";
    unsaved_ = false;
    if (!compared || same) return Done::well;
    screen_.complain({{.file = path, .message = "run again it does not repeat this session: a bug "
                                                "of ours"}});
    return Done::our_bug;
}

Console::Done Console::save(const std::string& path) {
    if (path.empty()) return wrong(wrong_usage(*find_word("save")));
    const std::string no = why_not_save_at(path);
    if (!no.empty()) return wrong({.file = path, .message = no});
    if (options_.is_recording) {
        return wrong({.file = path, .message = "the scenario is inside " + options_.file +
                                               ", where a saved session cannot refer to it",
                      .hint = "record FILE.hive keeps all of it in one file"});
    }
    const scenario::ScenarioSpec& spec = options_.spec;
    const std::string changed = changed_file(spec);
    if (!changed.empty()) {
        return wrong({.file = changed, .message = "has changed since this console began; a saved "
                                                  "session refers to it",
                      .hint = "put it back, or record FILE.hive keeps what there was"});
    }
    if (run_->alive() && run_->settle()) show_events();
    screen_.end_page();
    Saved saved{.scenario = seen_from(path, spec.file), .seed = spec.seed, .until = run_->now(),
                .commands = lines_.present().given};
    if (!options_.profile_is_own) saved.profile = spec.profile;
    if (!options_.duration_is_own) saved.duration = spec.duration;
    errno = 0;
    std::ofstream file(path, std::ios::binary);
    file << saved_text(saved);
    file.close();
    if (!file) {
        return wrong({.file = path, .message = std::string("cannot be written: ") +
                                               std::strerror(errno)});
    }
    return prove({.file = path, .profile = "", .record = ""}, path, "saved");
}

Console::Done Console::record(const std::string& path) {
    if (path.empty()) return wrong(wrong_usage(*find_word("record")));
    if (!path.ends_with(".hive")) {
        return wrong({.file = path, .message = "a recording's name ends in .hive",
                      .hint = "save FILE.yaml keeps what was given as a scenario"});
    }
    if (run_->alive() && run_->settle()) show_events();
    screen_.end_page();
    Setup kept = setup(lines_.present().given);
    kept.record = path;
    return prove(kept, path, "recorded");
}

}   // namespace glasshive::console
