#include "runtime/pulls.h"

#include <algorithm>

#include "base/assert.h"
#include "runtime/events.h"

namespace glasshive::runtime {

namespace {
enum Tag : std::uint32_t { manifest_late = 0, retry = 1 };
constexpr Bytes manifest_request_size{400};   // An HTTP GET with its headers.
}   // namespace

Pulls::Pulls(kernel::Kernel& kernel, const Catalog& catalog, Machine& machine, const Place& place,
             std::uint32_t tag_first, PullListener& listener)
    : kernel_(kernel),
      catalog_(catalog),
      machine_(machine),
      place_(place),
      tag_first_(tag_first),
      listener_(listener) {}

bool Pulls::present(NameId image) const {
    return catalog_.present_at_start(image, place_.host) ||
           std::binary_search(images_.begin(), images_.end(), image);
}

Pulls::Pull* Pulls::find(NameId image) {
    for (Pull& pull : pulls_) {
        if (pull.image == image) return &pull;
    }
    return nullptr;
}

NameId Pulls::registry_name() const {
    if (!place_.registry.valid()) return kernel_.names().intern("");
    const HostId host = kernel_.host_of(place_.registry);
    return kernel_.names().intern(kernel_.topology().host_name(host));
}

void Pulls::request(NameId image) {
    SIM_ASSERT(!present(image));
    if (Pull* pull = find(image)) {
        ++pull->requesters;
        return;
    }
    pulls_.push_back(Pull{.image = image, .started = kernel_.now()});
    ask_manifest(pulls_.back());
}

void Pulls::ask_manifest(Pull& pull) {
    // Without a registry the timer stands for a name that never resolves: fail at the next instant.
    const Duration patience = place_.registry.valid() ? manifest_timeout : Duration{0};
    pull.timer = kernel_.after(place_.owner, patience, tag_first_ + manifest_late, pull.image.value,
                               place_.registry);
    if (!place_.registry.valid()) return;
    pull.channel = kernel_.connect(place_.owner, place_.registry);
    kernel_.send(place_.owner, pull.channel,
                 {.type = static_cast<std::uint16_t>(RegistryMessage::manifest_request),
                  .a = pull.image.value,
                  .size = manifest_request_size});
}

void Pulls::on_manifest(const kernel::Message& message) {
    Pull* pull = find(NameId{static_cast<std::uint32_t>(message.a)});
    if (pull == nullptr || pull->channel != message.channel) return;   // Given up meanwhile.
    kernel_.cancel(pull->timer);
    kernel_.close(place_.owner, pull->channel);
    pull->channel = {};
    if (message.b == 0) {
        say_failed(*pull, "not found");
        end(pull->image, false);
        return;
    }
    pull->size = Bytes{static_cast<std::int64_t>(message.b) - 1};
    pull->phase = Phase::queued;
    start_queued();
}

void Pulls::start_queued() {
    // Looked at anew each time: one without room may end at once, and who hears of it asks again.
    while (true) {
        const auto busy = std::count_if(pulls_.begin(), pulls_.end(), [](const Pull& pull) {
            return pull.phase == Phase::downloading;
        });
        if (busy >= static_cast<std::ptrdiff_t>(downloads_max)) return;
        Pull* next = next_queued();
        if (next == nullptr) return;
        download(*next);
    }
}

Pulls::Pull* Pulls::next_queued() {
    std::vector<Pull*> waiting;
    for (Pull& pull : pulls_) {
        if (pull.phase == Phase::queued) waiting.push_back(&pull);
    }
    if (waiting.size() < 2 || place_.order == nullptr) {
        return waiting.empty() ? nullptr : waiting.front();
    }
    std::vector<QueuedPull> queued;
    for (const Pull* pull : waiting) {
        queued.push_back({pull->image, pull->size, pull->requesters, pull->started});
    }
    return waiting[place_.order->next(place_.name, queued, kernel_.now())];
}

/// moby writes a blob to its temporary folder as it arrives (distribution/pull_v2.go), so a disk
/// without room breaks the download, which is then tried again like any other.
void Pulls::download(Pull& pull) {
    const EventId started = kernel_.emit(
        events::image_pull_started, place_.name,
        {field::name(pull.image), field::name(registry_name()), field::bytes(pull.size)});
    const kernel::CauseScope scope(kernel_, started);
    if (!machine_.take_disk(place_.host, pull.size)) {
        const EventId filled = machine_.disk_filled_by(place_.host);
        const kernel::CauseScope blame(kernel_, filled == scenario_cause ? started : filled);
        attempt_failed(pull, "no space left on device");
        return;
    }
    pull.has_room = true;
    pull.phase = Phase::downloading;
    pull.flow = kernel_.pull(place_.owner, kernel_.host_of(place_.registry),
                             {.size = pull.size, .argument = pull.image.value});
}

void Pulls::on_flow_end(kernel::FlowEnd ended, std::uint64_t image) {
    Pull* pull = find(NameId{static_cast<std::uint32_t>(image)});
    if (pull == nullptr || pull->phase != Phase::downloading) return;   // Cancelled as it ended.
    pull->flow = kernel::FlowId::none;
    if (ended == kernel::FlowEnd::done) {
        extract(*pull);
    } else {
        give_room_back(*pull);
        attempt_failed(*pull, ended == kernel::FlowEnd::reset ? "reset" : "timeout");
    }
    start_queued();
}

void Pulls::extract(Pull& pull) {
    pull.phase = Phase::extracting;
    pull.work = kernel_.work(place_.owner, machine_.disk(place_.host),
                             {.amount = machine_.write_work(place_.host, pull.size),
                              .tag = tag_first_,
                              .argument = pull.image.value});
}

void Pulls::on_work_done(std::uint64_t image) {
    Pull* pull = find(NameId{static_cast<std::uint32_t>(image)});
    SIM_ASSERT(pull != nullptr);   // Whoever drops a pull cancels its work.
    const EventId pulled = kernel_.emit(
        events::image_pulled, place_.name,
        {field::name(pull->image), field::name(registry_name()), field::bytes(pull->size),
         field::duration(kernel_.now() - pull->started)});
    images_.insert(std::upper_bound(images_.begin(), images_.end(), pull->image), pull->image);
    const kernel::CauseScope scope(kernel_, pulled);
    end(pull->image, true);
}

/// One attempt is over; the next comes after a longer wait, unless this was the last.
void Pulls::attempt_failed(Pull& pull, const char* reason) {
    say_failed(pull, reason);
    if (pull.attempt == download_attempts_max) {
        end(pull.image, false);
        return;
    }
    pull.phase = Phase::waiting;
    pull.timer = kernel_.after(place_.owner, retry_delay_step * pull.attempt, tag_first_ + retry,
                               pull.image.value);
    ++pull.attempt;
}

void Pulls::give_room_back(Pull& pull) {
    if (pull.has_room) machine_.give_disk(place_.host, pull.size);
    pull.has_room = false;
}

void Pulls::on_timer(std::uint32_t tag, std::uint64_t image) {
    Pull* pull = find(NameId{static_cast<std::uint32_t>(image)});
    SIM_ASSERT(pull != nullptr);   // Whoever drops a pull cancels its timer.
    if (tag == tag_first_ + retry) {
        pull->phase = Phase::queued;
        start_queued();
        return;
    }
    if (pull->channel.valid()) kernel_.close(place_.owner, pull->channel);
    pull->channel = {};
    say_failed(*pull, "timeout");
    end(pull->image, false);
}

bool Pulls::on_channel_closed(ChannelId channel) {
    const auto pull = std::find_if(pulls_.begin(), pulls_.end(),
                                   [&](const Pull& p) { return p.channel == channel; });
    if (pull == pulls_.end()) return false;
    kernel_.cancel(pull->timer);
    pull->channel = {};
    say_failed(*pull, "reset");
    end(pull->image, false);
    return true;
}

void Pulls::say_failed(const Pull& pull, const char* reason) {
    kernel_.emit(events::image_pull_failed, place_.name,
                 {field::name(pull.image), field::name(registry_name()),
                  field::name(kernel_.names().intern(reason)),
                  field::integer(static_cast<std::int64_t>(pull.attempt))});
}

void Pulls::end(NameId image, bool present) {
    std::erase_if(pulls_, [&](const Pull& pull) { return pull.image == image; });
    start_queued();
    listener_.on_pull_ended(image, present);
}

void Pulls::release(NameId image) {
    Pull* pull = find(image);
    if (pull == nullptr || --pull->requesters > 0) return;
    kernel_.cancel(pull->timer);
    if (pull->channel.valid()) kernel_.close(place_.owner, pull->channel);
    if (pull->phase == Phase::downloading) kernel_.cancel(pull->flow);
    if (pull->phase == Phase::extracting) kernel_.cancel(pull->work);
    if (pull->has_room) say_failed(*pull, "cancelled");
    give_room_back(*pull);
    std::erase_if(pulls_, [&](const Pull& p) { return p.image == image; });
    start_queued();
}

/// What lay half-written is cleared away when the daemon starts again; its room is free by then.
void Pulls::forget() {
    for (Pull& pull : pulls_) give_room_back(pull);
    pulls_.clear();
}

}   // namespace glasshive::runtime
