// A session becomes a file that repeats it.
#include "client/saved.h"
#include "console/console.h"

namespace glasshive::console {

namespace {

std::vector<client::Origin> origins_of(const scenario::ScenarioSpec& spec) {
    std::vector<client::Origin> files;
    for (const scenario::InputFile& each : spec.inputs) files.push_back({each.name, each.content});
    return files;
}

}   // namespace

/// Runs what was saved from its beginning to where this session stands, and ends it there.
/// Complains unless that is this session.
Console::Done Console::prove(const Setup& kept, const std::string& path, const char* did) {
    Done done = Done::well;
    auto again = make_again(kept, run_->now(), done);
    if (again == nullptr) return done;
    const auto proof = client::prove(*run_, *again, path);
    if (!proof.ok()) {
        screen_.complain(proof.problems());
        return again->alive() ? Done::wrong : Done::our_bug;
    }
    screen_.note(did + (" " + path) + ": " + exact_text(run_->now()) + ", " +
                 std::to_string(lines_.present().given.size()) + " given");
    screen_.out() << "digest  " << proof.value().digest << "\n";
    unsaved_ = false;
    if (!proof.value().compared || proof.value().same) return Done::well;
    screen_.complain({{.file = path, .message = "run again it does not repeat this session: a bug "
                                                "of ours"}});
    return Done::our_bug;
}

Console::Done Console::save(const std::string& path) {
    if (path.empty()) return wrong(wrong_usage(*find_word("save")));
    const std::string no = client::why_not_save_at(path);
    if (!no.empty()) return wrong({.file = path, .message = no});
    if (options_.is_recording) {
        return wrong({.file = path, .message = "the scenario is inside " + options_.file +
                                               ", where a saved session cannot refer to it",
                      .hint = "record FILE.hive keeps all of it in one file"});
    }
    const scenario::ScenarioSpec& spec = options_.spec;
    const std::string changed = client::changed_file(origins_of(spec));
    if (!changed.empty()) {
        return wrong({.file = changed, .message = "has changed since this console began; a saved "
                                                  "session refers to it",
                      .hint = "put it back, or record FILE.hive keeps what there was"});
    }
    if (run_->alive() && run_->settle()) show_events();
    screen_.end_page();
    client::Saved saved{.scenario = client::seen_from(path, spec.file),
                        .seed = spec.seed,
                        .until = run_->now(),
                        .commands = lines_.present().given};
    if (!options_.profile_is_own) saved.profile = scenario::to_text(spec.profile);
    if (!options_.duration_is_own) saved.duration = spec.duration;
    if (const auto problem = client::write_saved(saved, path)) return wrong(*problem);
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
