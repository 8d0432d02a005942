#include "viewer/model/seeker.h"

#include <algorithm>
#include <utility>

namespace glasshive::viewer {

Result<Picture> picture_of(Glass& glass, Time at) {
    const auto state = glass.state_at(at);
    if (!state.ok()) return state.problems();
    const auto last = glass.recording().last_event_at(at);
    if (!last.ok()) return last.problems();
    // What was written since the last refresh() is in neither: who sees one number sees one state.
    const EventId known{std::min(number_of(last.value()), glass.last())};
    return Picture{at, known, *state.value(), cluster_of(*state.value(), glass)};
}

Result<std::unique_ptr<Seeker>> Seeker::open(const std::string& path) {
    auto glass = Glass::open(path);
    if (!glass.ok()) return glass.problems();
    std::unique_ptr<Seeker> seeker(new Seeker(std::move(glass.value())));
    seeker->thread_ = std::thread([raw = seeker.get()] { raw->work(); });
    return seeker;
}

Seeker::~Seeker() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Seeker::want(Time at, Time reached, std::uint64_t newest) {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = at;
        reached_ = reached;
        newest_ = newest;
    }
    changed_.notify_all();
}

std::shared_ptr<const Picture> Seeker::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(made_, nullptr);
}

std::shared_ptr<const Picture> Seeker::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !wanted_ && !busy_; });
    return std::exchange(made_, nullptr);
}

std::optional<Diagnostic> Seeker::problem() {
    const std::lock_guard lock(mutex_);
    return std::exchange(problem_, std::nullopt);
}

bool Seeker::idle() {
    const std::lock_guard lock(mutex_);
    return !wanted_ && !busy_ && !made_ && !problem_;
}

void Seeker::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return wanted_ || ending_; });
        if (ending_) return;
        const Time at = *std::exchange(wanted_, std::nullopt);
        const Time reached = reached_;
        const std::uint64_t newest = newest_;
        busy_ = true;
        lock.unlock();
        // What goes wrong here goes wrong below, too.
        if (glass_.end() < reached || glass_.last() < newest) (void)glass_.refresh(reached);
        auto picture = picture_of(glass_, at);
        lock.lock();
        busy_ = false;
        if (picture.ok())
            made_ = std::make_shared<const Picture>(std::move(picture.value()));
        else
            problem_ = picture.problems().front();
        changed_.notify_all();
    }
}

}   // namespace glasshive::viewer
