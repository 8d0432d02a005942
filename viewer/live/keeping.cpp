// A session becomes a file that repeats it.
#include "viewer/live/worker.h"

namespace glasshive::viewer {

/// The scenario's files as they were read, itself at their head.
std::vector<client::Origin> Worker::origins() const {
    const std::string scenario = origin_recording_->meta("scenario").value_or("");
    std::vector<client::Origin> files;
    for (const std::string& name : origin_recording_->input_files()) {
        client::Origin each{name, origin_recording_->meta("file:" + name).value_or("")};
        files.insert(name == scenario ? files.begin() : files.end(), std::move(each));
    }
    return files;
}

/// Runs what was saved from its beginning to where this session stands, and ends it there.
Worker::Done Worker::prove(const client::Setup& kept, const std::string& path, const char* did) {
    Done done;
    auto again = make_again(kept, run_->now(), done);
    if (again == nullptr) return done;
    const auto proof = client::prove(*run_, *again, path);
    if (!proof.ok()) return wrong(to_text(proof.problems().front()));
    if (proof.value().compared && !proof.value().same) {
        return wrong(path + ": run again it does not repeat this session: a bug of ours");
    }
    status_.unsaved = false;
    return {true, did + (" " + path) + ": " + client::exact_text(run_->now()) + ", " +
                      std::to_string(lines_.present().given.size()) + " given, digest " +
                      proof.value().digest};
}

Worker::Done Worker::record(const std::string& path) {
    client::Setup kept = setup(lines_.present().given);
    kept.record = path;
    return prove(kept, path, "recorded");
}

Worker::Done Worker::save(const std::string& path) {
    if (path.empty()) return wrong("a file has a name");
    if (alive()) hold();
    if (run_->alive() && !run_->settle()) died();
    if (path.ends_with(".hive")) return record(path);
    const std::string no = client::why_not_save_at(path);
    if (!no.empty()) return wrong(path + ": " + no);
    const std::vector<client::Origin> files = origins();
    const std::string changed = client::changed_file(files);
    if (files.empty() || !changed.empty()) {
        return wrong(changed +
                     (changed.empty() ? "the scenario is in no file"
                                      : ": has changed since this session began") +
                     "; a recording, FILE.hive, keeps all of it");
    }
    const client::Saved saved{.scenario = client::seen_from(path, files.front().name),
                              .seed = seed_,
                              .profile = profile_,
                              .duration = duration_,
                              .until = run_->now(),
                              .commands = lines_.present().given};
    if (const auto problem = client::write_saved(saved, path)) return wrong(to_text(*problem));
    return prove({.file = path, .profile = "", .record = "", .program = program_}, path, "saved");
}

}   // namespace glasshive::viewer
