#include "store/contrast/contrast.h"

#include <algorithm>

#include "base/assert.h"
#include "kernel/jitter.h"
#include "store/cluster_events.h"
#include "store/contrast/majority.h"
#include "store/contrast/random_quorum.h"
#include "store/contrast/two_phase.h"

namespace glasshive::store::contrast {

namespace {

constexpr Duration grace = std::chrono::seconds{1};

Options options_of(const ClusterSpec& spec) {
    return {.copies = static_cast<std::size_t>(spec.n),
            .r = spec.r,
            .w = spec.w,
            .read_repair = spec.read_repair,
            .request_timeout = spec.request_timeout,
            .election_timeout = spec.election_timeout,
            .prefix = spec.prefix};
}

}   // namespace

Contrast::Contrast(kernel::Kernel& kernel, const ClusterSpec& spec, std::vector<Place> places,
                   const Contents& contents)
    : kernel_(kernel),
      options_(options_of(spec)),
      places_(std::move(places)) {
    SIM_ASSERT(options_.copies > 0);
    SIM_ASSERT(options_.copies <= places_.size());
    if (spec.jitter > Duration::zero()) {
        jitter_ = kernel::add_jitter(kernel_, "store/jitter/" + spec.name, spec.jitter);
    }
    kernel_.add_process(HostId{}, *this);
    kernel_.start(id());
    std::vector<ProcessId> peers;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        switch (spec.kind) {
            case Kind::two_phase:
                nodes_.push_back(std::make_unique<TwoPhase>(kernel_, places_, i, options_));
                break;
            case Kind::majority:
                nodes_.push_back(std::make_unique<Majority>(kernel_, places_, i, options_));
                break;
            default:
                nodes_.push_back(std::make_unique<RandomQuorum>(kernel_, places_, i, options_));
        }
        Node& node = *nodes_.back();
        node.set_watch(this);
        if (node.holds_copy()) node.set_contents(contents);
        processes_.emplace_back();
        peers.push_back(attach(i, node));
    }
    for (const auto& node : nodes_) node->set_peers(peers);
}

ProcessId Contrast::attach(std::size_t member, kernel::Process& process) {
    processes_[member].push_back(kernel_.add_process(places_[member].host, process));
    if (jitter_ != 0) kernel::set_jitter(kernel_, processes_[member].back(), jitter_);
    return processes_[member].back();
}

void Contrast::start() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
}

void Contrast::start(std::size_t member) {
    if (!kernel_.is_on(places_[member].host)) return;
    EventId cause = kernel_.cause();
    if (crashed_.erase(member) > 0 && !is_running(member)) {
        cause =
            kernel_.emit(cluster::events::db_node_up, kernel_.names().intern(places_[member].name));
    }
    const kernel::CauseScope scope(kernel_, cause);
    for (const ProcessId process : processes_[member]) {
        if (!kernel_.is_running(process)) kernel_.start(process);
    }
}

void Contrast::crash(std::size_t member, EventId why) {
    if (!is_running(member)) return;
    crashed_.insert(member);
    const kernel::CauseScope scope(kernel_, why);
    why = kernel_.emit(cluster::events::db_node_down, kernel_.names().intern(places_[member].name));
    const auto& processes = processes_[member];
    for (auto process = processes.rbegin(); process != processes.rend(); ++process) {
        if (kernel_.is_running(*process)) kernel_.kill(*process, why);
    }
}

bool Contrast::is_running(std::size_t member) const {
    return kernel_.is_running(nodes_[member]->id());
}

std::size_t Contrast::differing(const std::string& database) const {
    const auto found = agreements_.find(database);
    return found == agreements_.end() ? 0 : found->second.differing.size();
}

void Contrast::changed(const std::string& key) {
    Version first;
    bool differ = false;
    for (std::size_t i = 0; i < options_.copies; ++i) {
        const Contents& contents = nodes_[i]->contents();
        const auto found = contents.find(key);
        const Version held = found == contents.end() ? Version{} : found->second.version;
        if (i == 0) first = held;
        differ = differ || held != first;
    }
    const std::string database = key.substr(0, key.find('/'));
    Agreement& agreement = agreements_[database];
    if (differ) {
        agreement.differing.try_emplace(key, kernel_.now());
    } else {
        agreement.differing.erase(key);
    }
    settle(database, agreement);
}

void Contrast::settle(const std::string& database, Agreement& agreement) {
    const auto& keys = agreement.differing;
    const auto oldest = std::min_element(
        keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const bool any = oldest != keys.end();
    const bool long_ago = any && kernel_.now() - oldest->second >= grace;
    const NameId subject = kernel_.names().intern(options_.prefix + database);
    if (long_ago && !agreement.said) {
        agreement.said = true;
        agreement.since = oldest->second;
        const std::string document = oldest->first.substr(database.size() + 1);
        kernel_.emit(cluster::events::db_differ, subject,
                     {field::integer(static_cast<std::int64_t>(keys.size())),
                      field::name(kernel_.names().intern(document)),
                      field::duration(kernel_.now() - oldest->second)});
    } else if (!long_ago && agreement.said) {
        agreement.said = false;
        kernel_.emit(cluster::events::db_agree, subject,
                     {field::duration(kernel_.now() - agreement.since)});
    }
    if (long_ago || !any || agreement.timer != kernel::TimerId::none) return;
    agreement.timer = kernel_.after(id(), oldest->second + grace - kernel_.now(), 0,
                                    kernel_.names().intern(database).value);
}

void Contrast::on_timer(std::uint32_t, std::uint64_t argument) {
    const NameId which{static_cast<std::uint32_t>(argument)};
    const std::string database(kernel_.names().text(which));
    Agreement& agreement = agreements_[database];
    agreement.timer = kernel::TimerId::none;
    settle(database, agreement);
}

}   // namespace glasshive::store::contrast
