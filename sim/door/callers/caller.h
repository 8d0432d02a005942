#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "door/callers/entrance.h"
#include "door/callers/ledger.h"
#include "kernel/kernel.h"
#include "store/client_spec.h"

namespace glasshive::door::callers {

/// What a client wants of a node.
struct Asked {
    std::string method;
    std::string target;
    std::string body{};
};

/// A process that sends requests to a store's nodes as real clients do: over a connection to each,
/// with a timeout, as the store's first admin. On a host it shares the host's links and fate.
class Caller : public kernel::Process {
  public:
    /// All outlive it.
    Caller(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger,
           const store::ClientSpec& spec);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) final;
    void on_stop() override;

  protected:
    using Then = std::function<void(const Answer&)>;
    static constexpr std::uint32_t tag_timeout = 0;   ///< Ours; others are the client's own.

    /// `then` is called once, from a message or a timer; never if this host dies.
    void ask(std::size_t member, const Asked& asked, Then then);
    /// Any other tag.
    virtual void on_own_timer(std::uint32_t tag, std::uint64_t argument) = 0;

    std::size_t member_of(const std::string& host) const;
    /// Remembers what an answer to a write says is stored.
    void note_write(const Aim& aim, const Answer& answer);
    /// What was known to be stored when a read was asked: "" for other requests.
    std::string newest_before(const Aim& aim) const;
    /// Emits db.stale when the answer shows less than `newest`.
    void note_read(const Aim& aim, const Answer& answer, const std::string& newest,
                   const std::string& reader, std::size_t member);
    /// The same of a query: a document that the answer shows in an older revision than somebody was
    /// told of before it was asked, or that it should show and does not (missed.h). One event, of
    /// the first.
    using Known = std::map<std::string, store::Revision>;   ///< By id.
    Known known_before(const Aim& aim) const;
    void note_query(const Aim& aim, const Asked& asked, const Answer& answer, const Known& known,
                    const std::string& reader, std::size_t member);
    std::string place_of(const Aim& aim) const;
    /// The database as events call it; empty: none.
    std::string shown(const Aim& aim) const;
    const std::string& node_name(std::size_t member) const { return entrance_.nodes[member]; }
    const store::ClusterSpec& store() const { return *entrance_.spec; }
    NameId name(std::string_view text) const { return kernel_.names().intern(text); }

    kernel::Kernel& kernel_;
    const Entrance& entrance_;
    Ledger& ledger_;
    const store::ClientSpec spec_;

  private:
    struct Open {
        std::size_t member = 0;
        kernel::TimerId timer{};
        int status = 0;
        std::string body{};
        Then then{};
    };
    void close(std::uint64_t number, Answer answer);
    void say_stale(const Aim& aim, const std::string& document, const std::string& reader,
                   std::size_t member, const std::string& shown, const std::string& newest);

    std::vector<ChannelId> channels_;   // By member.
    std::map<std::uint64_t, Open> open_;
    std::uint64_t next_ = 1;
};

}   // namespace glasshive::door::callers
