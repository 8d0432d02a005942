#include "swarm/agent/daemon.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "swarm/agent/tags.h"
#include "swarm/agent/worker.h"
#include "swarm/security/certificate.h"

namespace glasshive::swarm::agent {

namespace {
constexpr Bytes description_size{600};     // NodeDescription with its engine and plugin lists.
constexpr Bytes heartbeat_size{90};        // One small gRPC frame over TLS and HTTP/2.
constexpr Bytes status_size{120};          // Per TaskStatus.

bool in(std::uint16_t type, std::uint16_t first) { return type >= first && type < first + 100; }
}   // namespace

Daemon::Daemon(const Environment& environment, const NodeFacts& facts)
    : environment_(environment), facts_(facts) {}
Daemon::~Daemon() = default;

Worker& Daemon::worker() {
    if (worker_ == nullptr) worker_ = std::make_unique<Worker>(*this);
    return *worker_;
}

std::vector<ContainerView> Daemon::containers() const {
    return worker_ == nullptr ? std::vector<ContainerView>{} : worker_->containers();
}

bool Daemon::kill_container(TaskId task) {
    return worker_ != nullptr && worker_->kill_container(task);
}

bool Daemon::stop_container(TaskId task, std::optional<Duration> grace) {
    return worker_ != nullptr && worker_->stop_container(task, grace);
}

std::size_t Daemon::running_containers() const {
    return worker_ == nullptr ? 0 : worker_->running_containers();
}

double Daemon::cpu_used(TaskId task) const {
    return worker_ == nullptr ? 0 : worker_->cpu_used(task);
}

// --- Power ---------------------------------------------------------------------------------------

void Daemon::on_start() {
    if (booted_before_) {
        const bool watches = discovery::Gossip::watches(environment_.group, facts_.host);
        if (worker_ != nullptr || watches) worker().on_reboot();
    }
    if (certificates_ == 0) take_certificate(environment_.certificate_validity);
    booted_before_ = true;
    if (member_) register_session();
}

void Daemon::on_stop() {
    if (worker_ != nullptr) worker_->on_stop(!environment_.kernel.is_on(facts_.host));
    state_ = Session::none;
    renewing_ = false;
    channel_ = {};
    timer_ = kernel::TimerId::none;
    backoff_ = {};
}

// --- Session -------------------------------------------------------------------------------------

void Daemon::set_timer(Duration delay, std::uint32_t tag, ProcessId awaits) {
    timer_ = environment_.kernel.after(id(), delay, tag, 0, awaits);
}

/// Any of the managers, but rather another one than failed last: swarmkit remotes/remotes.go gives
/// those that failed less weight.
ProcessId Daemon::choose_manager() {
    const std::vector<ProcessId>& managers = environment_.managers;
    if (managers.size() == 1) return managers.front();
    kernel::Rng rng = environment_.kernel.rng(
        "swarm/agent/" + std::string(environment_.kernel.names().text(facts_.name)) + "/manager/" +
        std::to_string(failures_));
    const ProcessId chosen = managers[rng.below(managers.size())];
    if (chosen != manager_) return chosen;
    return managers[rng.below(managers.size())];
}

void Daemon::register_session() {
    auto& kernel = environment_.kernel;
    if (!redirected_) manager_ = choose_manager();
    redirected_ = false;
    auto description = std::make_shared<NodeDescription>();
    description->host = facts_.host;
    description->hostname = facts_.name;
    description->cpus = facts_.cpus;
    description->memory = facts_.memory;
    description->certificate_until = certificate_until_;
    state_ = Session::registering;
    channel_ = kernel.connect(id(), manager_);
    likely_channel_ = channel_;
    kernel.send(id(), channel_,
                {.type = static_cast<std::uint16_t>(DispatcherMessage::session_request),
                 .body = std::move(description),
                 .size = description_size});
    set_timer(rpc_timeout, tags::rpc_late, manager_);
}

void Daemon::session_failed() {
    auto& kernel = environment_.kernel;
    kernel.cancel(timer_);
    if (channel_.valid()) kernel.close(id(), channel_);
    channel_ = {};
    state_ = Session::none;
    renewing_ = false;
    if (worker_ != nullptr) worker_->session_lost();
    backoff_ = std::min(backoff_first + 2 * backoff_, backoff_most);
    // A stream per failure rather than one kept: an idle daemon carries no generator.
    kernel::Rng rng = kernel.rng("swarm/agent/" + std::string(kernel.names().text(facts_.name)) +
                                 "/" + std::to_string(++failures_));
    set_timer(rng.between(Duration{0}, backoff_ - Duration{1}), tags::retry, {});
}

// --- Membership ----------------------------------------------------------------------------------

void Daemon::leave() {
    auto& kernel = environment_.kernel;
    member_ = false;
    kernel.cancel(timer_);
    if (channel_.valid()) kernel.close(id(), channel_);
    channel_ = {};
    state_ = Session::none;
    renewing_ = false;
    if (worker_ == nullptr) return;
    worker_->session_lost();
    worker_->assign(Assignments{}, true);   // What is in no assignment goes.
}

void Daemon::join(Duration certificate_validity) {
    member_ = true;
    backoff_ = {};
    take_certificate(certificate_validity);
    if (booted_before_ && environment_.kernel.is_on(facts_.host)) register_session();
}

void Daemon::take_certificate(Duration valid_for) {
    const Time now = environment_.kernel.now();
    ++certificates_;
    renewing_ = false;
    certificate_since_ = now;
    certificate_until_ = now + valid_for;
    certificate_half_ = now + (valid_for - certificate_backdate) / 2;
    renew_at_ = time_never;
}

/// Looked at with each answered heartbeat: a timer of its own would be one per node for months.
/// What is drawn is the law's whole minute; five seconds more or less do not matter to it.
void Daemon::look_at_certificate() {
    auto& kernel = environment_.kernel;
    if (renewing_) return;
    if (renew_at_ == time_never) {
        kernel::Rng rng = kernel.rng("swarm/agent/" +
                                     std::string(kernel.names().text(facts_.name)) +
                                     "/certificate/" + std::to_string(certificates_));
        const Certificate held{.serial = certificates_,
                               .valid_from = certificate_since_ - certificate_backdate,
                               .valid_until = certificate_until_};
        renew_at_ = certificate_since_ + renewal_wait(held, certificate_since_, rng);
    }
    if (kernel.now() < renew_at_) return;
    renewing_ = true;
    kernel.send(id(), channel_,
                {.type = static_cast<std::uint16_t>(DispatcherMessage::certificate_request),
                 .a = session_,
                 .size = description_size});
}

void Daemon::beat() {
    if (worker_ != nullptr) worker_->before_beat();
    environment_.kernel.send(id(), channel_,
                             {.type = static_cast<std::uint16_t>(DispatcherMessage::heartbeat),
                              .a = session_,
                              .size = heartbeat_size});
    set_timer(rpc_timeout, tags::rpc_late, manager_);
}

void Daemon::send_status(std::shared_ptr<const StatusUpdates> updates) {
    SIM_ASSERT(has_session());
    const Bytes size =
        heartbeat_size + status_size * static_cast<std::int64_t>(updates->updates.size());
    environment_.kernel.send(id(), channel_,
                             {.type = static_cast<std::uint16_t>(DispatcherMessage::status_update),
                              .a = session_,
                              .body = std::move(updates),
                              .size = size});
}

void Daemon::on_dispatcher(const kernel::Message& message) {
    if (message.channel != channel_) return;   // Of a session given up.
    if (static_cast<DispatcherMessage>(message.type) == DispatcherMessage::session_redirect) {
        environment_.kernel.cancel(timer_);
        environment_.kernel.close(id(), channel_);
        manager_ = ProcessId{static_cast<std::uint32_t>(message.b)};
        redirected_ = true;
        register_session();
        return;
    }
    const auto type = static_cast<DispatcherMessage>(message.type);
    if (type == DispatcherMessage::session_invalid) {
        session_failed();
        return;
    }
    if (type == DispatcherMessage::session_accepted) {
        if (state_ != Session::registering) return;
        environment_.kernel.cancel(timer_);
        state_ = Session::up;
        session_ = message.a;
        backoff_ = {};
        beat();   // swarmkit session.heartbeat: "send out a heartbeat right away".
        if (worker_ != nullptr) worker_->session_up();
        return;
    }
    if (state_ != Session::up || message.a != session_) return;
    if (type == DispatcherMessage::heartbeat_reply) {
        environment_.kernel.cancel(timer_);
        if (worker_ != nullptr) worker_->beat_answered();
        if (environment_.kernel.now() >= certificate_half_) look_at_certificate();
        set_timer(Duration{static_cast<std::int64_t>(message.b)}, tags::beat, {});
    } else if (type == DispatcherMessage::certificate) {
        take_certificate(Duration{static_cast<std::int64_t>(message.b)});
    } else if (type == DispatcherMessage::assignments) {
        const auto& set = static_cast<const Assignments&>(*message.body);
        if (worker_ != nullptr || !set.tasks.empty()) worker().assign(set, message.b == 1);
    }
}

// --- Dispatch to the parts -----------------------------------------------------------------------

void Daemon::on_timer(std::uint32_t tag, std::uint64_t argument) {
    switch (tag) {
        case tags::beat: beat(); break;
        case tags::rpc_late: session_failed(); break;
        case tags::retry: register_session(); break;
        default: worker().on_timer(tag, argument);
    }
}

void Daemon::on_message(const kernel::Message& message) {
    if (message.type < 100) on_dispatcher(message);
    else if (in(message.type, 100)) worker().on_manifest(message);
    else if (in(message.type, 200)) on_gossip(message);
    else worker().on_request(message);
}

void Daemon::on_gossip(const kernel::Message& message) {
    using discovery::GossipMessage;
    auto& kernel = environment_.kernel;
    const auto type = static_cast<GossipMessage>(message.type);
    const bool passes = type == GossipMessage::ping_request ||
                        (type == GossipMessage::ack && message.a >> 32 != 0);
    if (type == GossipMessage::ping) discovery::Gossip::answer_ping(kernel, facts_.host, message);
    else if (passes) discovery::Gossip::relay(kernel, environment_.group, message);
    else if (worker_ != nullptr || discovery::Gossip::watches(environment_.group, facts_.host))
        worker().on_gossip(message);
}

void Daemon::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    if (channel == channel_) {
        channel_ = {};
        session_failed();
    } else if (worker_ != nullptr) {
        worker_->on_channel_closed(channel);
    }
}

void Daemon::on_flow_end(kernel::FlowId, kernel::FlowEnd end, std::uint64_t argument) {
    worker().on_flow_end(end, argument);
}

void Daemon::on_work_done(std::uint32_t tag, std::uint64_t argument) {
    worker().on_work_done(tag, argument);
}

}   // namespace glasshive::swarm::agent
