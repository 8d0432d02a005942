#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/process.h"
#include "store/replicate/peer.h"

namespace glasshive::store::replicate {

/// Between a PeerClient and a PeerServer; `a` is the client's number of the request.
enum class PeerMessage : std::uint16_t {
    ask = 450,   ///< PeerRequest
    answer,      ///< PeerReply
    heartbeat,   ///< The feed still waits.
    forget,      ///< Nobody waits for the answer any more.
};

/// Who asks: what an endpoint brought along.
struct PeerCredentials {
    std::string user{};
    std::string password{};
    std::vector<std::pair<std::string, std::string>> headers{};
    bool local = false;   ///< The node itself, for a server admin: a bare name.
    bool known = false;   ///< `user` has shown who that is already: a bare name in `_replicate`.
    std::optional<std::vector<std::string>> roles{};   ///< Of a known one, when a token says them.
};

/// What is asked of a database.
namespace ask {
struct Info {};
struct Create {
    PeerCreate options;
};
struct Open {
    std::string id;
};
struct OpenLocal {
    std::string id;
};
struct WriteLocal {
    LocalEdit edit;
};
struct Changes {
    PeerChanges question;
};
struct RevsDiff {
    query::RevsDiff wanted;
};
struct Fetch {
    std::vector<PeerWanted> wanted;
    bool attachments = false;
};
struct Write {
    std::vector<ReplicatedEdit> edits;
};
struct Commit {};
}   // namespace ask
using PeerQuestion =
    std::variant<ask::Info, ask::Create, ask::Open, ask::OpenLocal, ask::WriteLocal, ask::Changes,
                 ask::RevsDiff, ask::Fetch, ask::Write, ask::Commit>;

struct PeerRequest final : kernel::MessageBody {
    std::string database;
    PeerCredentials who;
    PeerQuestion question;
};

/// What a question is answered, in the order of PeerQuestion's kinds, or why not.
using PeerTold = std::variant<PeerError, PeerInfo, PeerDone, json::Value, LocalDocument, Revision,
                              PeerPage, std::vector<found::Missing::One>, std::vector<PeerFetched>,
                              std::vector<PeerRefused>, std::string>;

struct PeerReply final : kernel::MessageBody {
    PeerTold told;
};

/// On the wire: an HTTP request with its headers, and what its JSON holds. Choices of the model.
Bytes size_of(const PeerRequest& request);
Bytes size_of(const PeerReply& reply);

}   // namespace glasshive::store::replicate
