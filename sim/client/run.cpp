#include "client/run.h"

#include <unistd.h>

#include <algorithm>

#include "record/digest.h"
#include "record/recorder.h"

namespace glasshive::client {

Result<std::unique_ptr<Run>> Run::start(Setup setup, const ScratchFolder& folder,
                                        const std::string& name, Patience& patience) {
    std::unique_ptr<Run> run(new Run);
    run->ours_ = setup.record.empty();
    if (run->ours_) setup.record = folder.file(name + ".hive");
    run->record_ = setup.record;
    auto started = SessionProcess::start(setup, folder, name, patience);
    if (!started.ok()) return started.problems();
    run->process_ = std::move(started.value());
    // The recording is there, and readable, once something was asked.
    if (!run->ask({{"do", "pause"}})) {
        return Diagnostic{.file = "session", .message = run->epitaph()};
    }
    auto opened = record::Recording::open(run->record_);
    if (!opened.ok()) return opened.problems();
    run->recording_.emplace(std::move(opened.value()));
    return run;
}

Run::~Run() {
    process_.reset();
    recording_.reset();
    if (!ours_) {
        record::seal(record_);   // We read it while it was closed: one file again.
        return;
    }
    for (const char* part : {"", "-wal", "-shm"}) unlink((record_ + part).c_str());
}

std::optional<Json> Run::ask(const Json& request) {
    if (process_ == nullptr) return std::nullopt;
    auto answer = process_->ask(request);
    if (!answer || !answer->value("t_ns", Json()).is_number_integer()) return answer;
    now_ = time_of_ns((*answer)["t_ns"].get<std::int64_t>());
    newest_ = EventId{answer->value("event", std::uint64_t{0})};
    ended_ = answer->value("ended", false);
    return answer;
}

bool Run::settle() { return ask({{"do", "run_until"}, {"t_ns", ns_of(now_)}}).has_value(); }

std::string Run::digest() {
    const auto answer = ask({{"do", "inspect"}});
    return answer ? answer->value("digest", "") : "";
}

Result<bool> same_events(record::Recording& a, record::Recording& b, EventId last,
                         const std::function<bool(double share)>& go_on) {
    constexpr std::uint64_t some = 100'000;
    const std::uint64_t count = number_of(last);
    record::DigestSink of_a(a.registry(), a.names()), of_b(b.registry(), b.names());
    for (std::uint64_t first = 1; first <= count; first += some) {
        const record::Recording::Range range{
            .first = EventId{first}, .last = EventId{std::min(count, first + some - 1)},
            .samples = false};
        if (auto problem = a.replay(of_a, range)) return *problem;
        if (auto problem = b.replay(of_b, range)) return *problem;
        const auto compared = static_cast<double>(number_of(range.last));
        if (!go_on(compared / static_cast<double>(count))) {
            return Diagnostic{.file = "session", .message = "the comparison was given up"};
        }
    }
    return of_a.digest() == of_b.digest();
}

}   // namespace glasshive::client
