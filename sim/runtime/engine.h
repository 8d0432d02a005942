#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "kernel/kernel.h"
#include "runtime/health.h"
#include "runtime/machine.h"

namespace glasshive::runtime {

/// A container's key on its host; the agent uses the task's id.
enum class ContainerKey : std::uint64_t { none = 0 };

/// What few containers have: a health check, and an application that goes wrong while its process
/// stays up. The earlier of the two troubles counts; 0: never.
struct Care {
    std::optional<HealthPolicy> health;
    Duration hangs_after{};                ///< From process start; then nothing is answered.
    Duration fails_after{};                ///< From process start; then errors are answered.
    Duration recovers_after{};             ///< From then on.
};

/// How a container is to behave; translated from a service's spec by the agent.
struct ContainerOptions {
    NameId subject;                        ///< Its name: service.slot.taskid.
    NameId service;
    std::uint32_t slot = 0;
    bool ignores_sigterm = false;
    Duration start_time{};                 ///< From process start until it serves.
    Duration run_time{};                   ///< Ends by itself after this; 0: never.
    Duration stop_time{};                  ///< From SIGTERM to exit.
    Duration service_time{};               ///< Core time per request, on a core of speed 1.
    int exit_code = 0;                     ///< When it ends by itself.
    int stop_exit_code = 0;                ///< When it obeys SIGTERM.
    double failure_ppm_per_second = 0;     ///< Chance to crash with exit 1 in any second.
    double cpus = 0;                       ///< Limit in cores; 0: none.
    Bytes memory{};                        ///< What it uses once it serves; 0: nobody knows.
    Bytes memory_limit{};                  ///< 0: none.
};

/// Exit codes the engine itself gives: 128 + signal number (SIGKILL also comes from the kernel when
/// memory runs out), and 255 when the host lost power (moby sets it when it finds a container it
/// had seen running without a process).
inline constexpr int exit_killed = 137;
inline constexpr int exit_power_lost = 255;
inline constexpr int exit_crashed = 1;
/// SIGTERM to SIGKILL: moby container.StopTimeout default, 10 s.
inline constexpr Duration default_stop_grace = std::chrono::seconds{10};

/// Told of what containers do. Called from inside the engine's own calls, too.
class EngineListener {
  public:
    virtual ~EngineListener() = default;
    virtual void on_container_ended(ContainerKey key, int exit_code) = 0;
    /// The answer to `cookie` is ready to be sent.
    virtual void on_request_served(ContainerKey key, std::uint64_t cookie) = 0;
    /// The container ended with the request inside it.
    virtual void on_request_lost(std::uint64_t cookie) = 0;
    /// The application answers with an error.
    virtual void on_request_failed(std::uint64_t cookie) = 0;
    /// The probes' verdict changed. The engine itself does nothing about it.
    virtual void on_health(ContainerKey key, HealthStatus status) = 0;
};

/// The containers of one host. A plain state machine owned by the node's daemon process, which
/// hands it the timers and the finished work whose tags it claims.
///
/// Requests are work on the host's CPU queue. Without a limit each request is an item of its own;
/// with a limit of c cores at most ceil(c) requests run at a time, each at c/ceil(c) of a core, the
/// others wait in order: the container as a whole never exceeds its limit.
///
/// A container has grown to its memory when it begins to serve. Above its own limit it is killed
/// then; when the host has no room, containers are killed until there is, the largest first, the
/// newest of equals: Linux mm/oom_kill.c oom_badness, where size alone counts between containers.
class Engine {
  public:
    struct Place {
        ProcessId owner;          ///< The daemon.
        HostId host;
        NameId name;              ///< The host's.
        double core_rate = 1;     ///< Of one core of this host.
    };
    /// Timer tags used: tag_first .. tag_first + 6; work tag: tag_first.
    Engine(kernel::Kernel& kernel, Machine& machine, const Place& place, std::uint32_t tag_first,
           EngineListener& listener);

    /// Requires an unused key.
    void create(ContainerKey key, const ContainerOptions& options,
                const std::optional<Care>& care = {});
    /// Requires a created, not yet started container. Emits container.started (and
    /// container.serving at once when start_time is 0 and no memory is at stake).
    void start(ContainerKey key);
    /// SIGTERM now, SIGKILL after `grace`; ends in on_container_ended. Requires a running
    /// container.
    void stop(ContainerKey key, Duration grace);
    /// SIGKILL now; ends in on_container_ended before it returns. Requires a running container.
    void kill(ContainerKey key);
    /// Forgets a container that was never started; one that ended is forgotten already.
    void remove(ContainerKey key);
    /// What the engine knows of one container, as people ask for it.
    struct View {
        ContainerKey key{};
        bool runs = false;                 ///< Else it was created and never started.
        bool stopping = false;             ///< It got its stop signal.
        HealthStatus health = HealthStatus::none;
        Time since{};                      ///< Created, or started.
    };
    std::vector<View> containers() const;  ///< In order of their keys.
    bool is_running(ContainerKey key) const;
    /// It runs, and nobody asked it to stop.
    bool is_up(ContainerKey key) const;
    /// Accepts connections: it runs, its start_time is over, and nobody asked it to stop.
    bool is_serving(ContainerKey key) const;
    /// none for a container without a health check, or one that is not there.
    HealthStatus health(ContainerKey key) const;
    /// CPU time that it has used since it started, in seconds of one core of this host, as its
    /// cgroup counts it; 0 when it is not there. Probes count when they are over. What a fault
    /// makes slower takes no more of it: it is work done, at the speed the host was built with.
    double cpu_used(ContainerKey key) const;
    /// Gives a serving container a request; on_request_served or on_request_lost follows, unless it
    /// is abandoned. Requires is_serving(key).
    void serve(ContainerKey key, std::uint64_t cookie);
    /// The client went away: what was not computed yet is dropped.
    void abandon(ContainerKey key, std::uint64_t cookie);

    void on_timer(std::uint32_t tag, std::uint64_t key);
    void on_work_done(std::uint64_t request);
    /// Every container ends at once, without calls to the listener: the host lost power (255), or
    /// the daemon was killed, which takes its containers along (137). Only emits.
    void end_all(bool power_lost);
    std::size_t running() const;

  private:
    enum class State : std::uint8_t { created, running, stopping };
    enum class Trouble : std::uint8_t { none, hangs, fails };
    struct Cared {
        Care care;
        std::optional<Health> health;
        Trouble trouble = Trouble::none;
        EventId trouble_event{};
        Time probe_start{};
        kernel::WorkId probe = kernel::WorkId::none;
        kernel::TimerId probe_timer = kernel::TimerId::none;     // To the next, or its timeout.
        kernel::TimerId trouble_timer = kernel::TimerId::none;
        std::vector<std::uint64_t> hung;                         // Requests nobody answers.
    };
    /// What few containers have.
    struct Extra {
        kernel::TimerId life = kernel::TimerId::none;
        kernel::TimerId crash = kernel::TimerId::none;
        std::vector<std::uint64_t> waiting;   // Cookies that wait for a worker, from `head`.
        std::size_t head = 0;
    };
    struct Container {
        ContainerKey key{};
        ContainerOptions options;
        State state = State::created;
        bool serving = false;
        bool has_memory = false;                      // options.memory of the host are its own.
        Time since{};                                 // Created, or started.
        std::uint32_t busy = 0;                       // Requests on the CPU.
        double work_done = 0;                         // By the CPU for it, what goes on left out.
        kernel::TimerId next = kernel::TimerId::none;   // Until it serves; once stopped, its exit.
        std::unique_ptr<Extra> extra;
        std::unique_ptr<Cared> cared;                 // Few have it.
    };
    struct Request {
        ContainerKey key{};
        std::uint64_t cookie = 0;
        kernel::WorkId work = kernel::WorkId::none;   // none: the slot is free.
    };

    Container* find(ContainerKey key);
    const Container* find(ContainerKey key) const;
    void grow(ContainerKey key);
    void begin_serving(Container& container);
    Container& largest(ContainerKey growing);
    void give_memory_back(Container& container);
    void end(Container& container, int exit_code, const char* why);
    void say_ended(const Container& container, int exit_code, const char* why);
    std::uint32_t workers(const Container& container) const;
    void compute(Container& container, std::uint64_t cookie);
    void drop_requests(ContainerKey key);
    static Extra& extra(Container& container);
    void cancel_timers(const Container& container);
    /// Nobody waits for a worker any more; returns who did.
    static std::vector<std::uint64_t> empty_line(Container& container);
    void start_care(Container& container);
    void stop_care(Container& container);
    void begin_trouble(Container& container);
    void strand(Container& container);
    void begin_probe(Container& container);
    void end_probe(Container& container, int exit_code);

    kernel::Kernel& kernel_;
    Machine& machine_;
    const Place place_;
    const kernel::QueueId cpu_;
    const std::uint32_t tag_first_;
    EngineListener& listener_;
    std::vector<Container> containers_;               // Sorted by key.
    std::vector<Request> requests_;
    std::vector<std::uint32_t> free_requests_;
};

}   // namespace glasshive::runtime
