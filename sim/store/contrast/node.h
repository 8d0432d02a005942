#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "store/contrast/messages.h"
#include "store/contrast/record.h"

namespace glasshive::store::contrast {

/// Where a member stands and what it may use there.
struct Place {
    std::string name;   ///< "raft@node-1"
    HostId host;
    kernel::QueueId disk;   ///< In bytes, or in `disk_unit` for each of them.
    double disk_unit = 1;
};

/// How the members of one store behave. Members from `copies` on hold nothing: they only ask.
struct Options {
    std::size_t copies = 3;
    std::size_t r = 2, w = 2;   ///< Random quorum.
    bool read_repair = false;   ///< Random quorum.
    /// How long a member waits for the others before it answers that it cannot. Papers name none;
    /// Cassandra gives up a write after 2 s (conf/cassandra.yaml, write_request_timeout).
    Duration request_timeout = std::chrono::seconds{2};
    /// Raft: ten ticks. etcd's --election-timeout is 1000 ms, its heartbeats come each 100 ms.
    Duration election_timeout = std::chrono::seconds{1};
    std::string prefix{};   ///< Of documents' names in events.
};

/// Hears of each change of a copy.
class CopyWatch {
  public:
    virtual ~CopyWatch() = default;
    virtual void changed(const std::string& key) = 0;
};

/// One member of a store: requests that wait, streams to the other members, a disk. What it does
/// about a request is its kind's.
class Node : public kernel::Process {
  public:
    using Then = std::function<void(const Answer&)>;
    /// `places` of all members; all arguments outlive it.
    Node(kernel::Kernel& kernel, const std::vector<Place>& places, std::size_t member,
         const Options& options);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    void set_peers(std::vector<ProcessId> peers) { peers_ = std::move(peers); }
    void set_watch(CopyWatch* watch) { watch_ = watch; }
    /// `then` is called once, now or later; never if this node dies.
    void ask(const Request& request, Then then) { ask(request, std::move(then), true); }

    const std::string& name() const { return places_[member_].name; }
    bool holds_copy() const { return member_ < options_.copies; }
    /// What its copy holds, as it would be read there.
    virtual const Contents& contents() const = 0;
    /// An edit of the key that was acknowledged need not be in contents(): it is on its way there.
    virtual bool may_lack(const std::string& key) const = 0;
    /// Requires that it has not started.
    virtual void set_contents(Contents contents) = 0;

    void on_message(const kernel::Message& message) final;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) final;
    void on_timer(std::uint32_t tag, std::uint64_t argument) final;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) final;
    void on_stop() final;

  protected:
    static constexpr std::uint32_t tag_request = 0;   ///< Ours; others are the kind's own.

    /// Request `number` came: waiting(number) has it.
    virtual void begin(std::uint64_t number) = 0;
    /// Its time is over: the kind finishes it.
    virtual void expired(std::uint64_t number) = 0;
    virtual void receive(std::size_t from, const Word& word) = 0;
    /// Nothing that was sent there and not answered will be.
    virtual void lost(std::size_t member) = 0;
    virtual void on_own_timer(std::uint32_t tag, std::uint64_t argument) = 0;
    /// Memory is gone.
    virtual void forget() = 0;

    struct Waiting {
        Request request;
        Then then;
        EventId cause{};
        kernel::TimerId timer{};
        bool own = true;   ///< A client's, not another member's.
    };
    const Waiting* waiting(std::uint64_t number) const;
    void finish(std::uint64_t number, const Answer& answer);
    void forward(std::uint64_t number, std::size_t member);
    template <class Body>
    void tell(std::size_t member, Body body, Bytes size = Bytes{64}) {
        auto word = std::make_shared<Word>();
        word->body = std::move(body);
        send(member, std::move(word), size);
    }
    ProcessId process_of(std::size_t member) const { return peers_[member]; }
    /// Cuts the stream: what waits on it will not arrive.
    void give_up_on(std::size_t member);
    /// Calls `then` once the disk has so much more; a crash takes it.
    void force(Bytes bytes, std::function<void()> then);
    void say_silent(std::uint64_t number, std::size_t member, const char* why);
    void changed(const std::string& key);
    NameId shown(const std::string& key) const {
        return kernel_.names().intern(options_.prefix + key);
    }
    NameId named(std::string_view text) const { return kernel_.names().intern(text); }
    NameId node_name(std::size_t member) const { return named(places_[member].name); }

    kernel::Kernel& kernel_;
    const std::vector<Place>& places_;
    const std::size_t member_;
    const Options& options_;

  private:
    void ask(const Request& request, Then then, bool own);
    void send(std::size_t member, std::shared_ptr<const Word> word, Bytes size);

    std::vector<ProcessId> peers_;      // By member.
    std::vector<ChannelId> channels_;   // By member: on which this one sends.
    CopyWatch* watch_ = nullptr;
    std::map<std::uint64_t, Waiting> waiting_;
    std::map<std::uint64_t, std::size_t> forwarded_;   // To which member.
    std::map<std::uint64_t, std::function<void()>> writes_;
    std::uint64_t next_ = 1;   // Never given twice, not after a crash either.
};

}   // namespace glasshive::store::contrast
