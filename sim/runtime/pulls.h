#pragma once

#include <cstdint>
#include <vector>

#include "kernel/kernel.h"
#include "runtime/catalog.h"
#include "runtime/machine.h"
#include "runtime/pull_order.h"

namespace glasshive::runtime {

/// Attempts to download before a pull fails: moby daemon/config DefaultDownloadAttempts = 5.
inline constexpr std::uint32_t download_attempts_max = 5;
/// Downloads at once per engine: moby daemon/config DefaultMaxConcurrentDownloads = 3.
inline constexpr std::size_t downloads_max = 3;
/// Wait before attempt n + 1 is n times this: moby distribution/xfer/download.go, `retries * 5`
/// ticks of one second.
inline constexpr Duration retry_delay_step = std::chrono::seconds{5};
/// How long an engine waits for the registry's first answer: moby registry/auth.go and
/// registry.go, net.Dialer{Timeout: 30 s}.
inline constexpr Duration manifest_timeout = std::chrono::seconds{30};

/// Told when a pull that was asked for has ended.
class PullListener {
  public:
    virtual ~PullListener() = default;
    /// Every requester of `image` may look again whether it is present.
    virtual void on_pull_ended(NameId image, bool present) = 0;
};

/// The images on one host's disk and the pulls under way. A plain state machine: its owner, the
/// node's daemon process, hands it the timers, messages, flows and work whose tag or channel it
/// claims.
///
/// A pull asks the registry for the manifest (one round trip after connecting), moves the image's
/// bytes as one flow, then writes them to the disk, which other pulls share. A manifest that does
/// not come ends the pull at once; a download that breaks, or finds no room on the disk, is tried
/// again, up to `download_attempts_max` times. All requesters of an image share one pull.
class Pulls {
  public:
    struct Place {
        ProcessId owner;          ///< The daemon.
        HostId host;
        NameId name;              ///< The host's.
        ProcessId registry;       ///< Invalid: there is none, every pull fails.
        PullOrder* order = nullptr;   ///< Null: in order of asking. Outlives the pulls.
    };
    /// Timer tags used: tag_first and tag_first + 1; work tag: tag_first. All must outlive this.
    Pulls(kernel::Kernel& kernel, const Catalog& catalog, Machine& machine, const Place& place,
          std::uint32_t tag_first, PullListener& listener);

    bool present(NameId image) const;
    /// Joins or starts the pull of an image that is not present; on_pull_ended follows.
    void request(NameId image);
    /// One requester gave up; the last one's leaving cancels the pull. No answer follows.
    void release(NameId image);

    void on_timer(std::uint32_t tag, std::uint64_t image);
    void on_manifest(const kernel::Message& message);
    void on_flow_end(kernel::FlowEnd end, std::uint64_t image);
    void on_work_done(std::uint64_t image);
    /// True when the channel was a pull's.
    bool on_channel_closed(ChannelId channel);
    /// The daemon died: pulls are forgotten, images stay on disk.
    void forget();

  private:
    enum class Phase : std::uint8_t { manifest, queued, downloading, waiting, extracting };
    struct Pull {
        NameId image;
        Phase phase = Phase::manifest;
        std::uint32_t requesters = 1;
        std::uint32_t attempt = 1;
        ChannelId channel;
        kernel::FlowId flow = kernel::FlowId::none;
        kernel::WorkId work = kernel::WorkId::none;
        kernel::TimerId timer = kernel::TimerId::none;
        Time started{};
        Bytes size{};
        bool has_room = false;   // `size` bytes of the disk are set aside.
    };

    Pull* find(NameId image);
    void ask_manifest(Pull& pull);
    void download(Pull& pull);
    void start_queued();
    /// The one to be downloaded next; null: none waits.
    Pull* next_queued();
    void extract(Pull& pull);
    void attempt_failed(Pull& pull, const char* reason);
    void give_room_back(Pull& pull);
    void say_failed(const Pull& pull, const char* reason);
    void end(NameId image, bool present);
    NameId registry_name() const;

    kernel::Kernel& kernel_;
    const Catalog& catalog_;
    Machine& machine_;
    const Place place_;
    const std::uint32_t tag_first_;
    PullListener& listener_;
    std::vector<NameId> images_;   // On disk beyond those present at the start; sorted.
    std::vector<Pull> pulls_;      // In order of request.
};

}   // namespace glasshive::runtime
