#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/units.h"
#include "store/db/edit.h"
#include "store/json/value.h"
#include "store/quorum/query.h"
#include "store/replicate/endpoint.h"

namespace glasshive::store::replicate {

/// Why a peer did not do something.
struct PeerError {
    /// As HTTP has it; 0: no answer came, and `error` says why: conn_failed, connection_closing,
    /// req_timedout, nxdomain.
    int status = 0;
    std::string error{};    ///< not_found, unauthorized, forbidden, bad_request, …
    std::string reason{};   ///< missing, no_db_file, …

    friend bool operator==(const PeerError&, const PeerError&) = default;
};
template <class T>
using PeerAnswer = std::variant<T, PeerError>;
/// Called once with the answer; never after the peer is gone.
template <class T>
using PeerThen = std::function<void(const PeerAnswer<T>&)>;

struct PeerDone {};
/// `GET /db`, as far as a replicator looks.
struct PeerInfo {
    std::string update_seq{};
    std::string instance_start_time{};
};
/// create_target_params: `PUT /db?q=…&n=…`; 0: the server's default, negative: nonsense.
struct PeerCreate {
    std::int64_t q = 0;
    std::int64_t n = 0;
    std::string partitioned{};   ///< "true" or "false", or what is refused.
};

/// Which changes are wanted, as `_changes` is asked for it. At most one of the three.
struct ChangesFilter {
    std::optional<std::vector<std::string>> doc_ids{};   ///< filter=_doc_ids
    json::Value selector{};                              ///< filter=_selector
    std::string name{};     ///< "ddoc/function", "_view", "_design"; empty: none.
    json::Value params{};   ///< query_params, an object; nothing: none.

    bool any() const { return doc_ids || selector || !name.empty(); }
};

/// A question for changes. A feed is read in pages, so that a reader that is slow makes it wait.
struct PeerChanges {
    std::string since = "0";
    Style style = Style::all_docs;
    std::size_t limit = 500;
    /// A continuous feed: a page is told when there is a change. Else at once, perhaps empty.
    bool wait = false;
    /// Signs of life of a feed that waits; without one for `silence` it is a failed connection.
    Duration heartbeat = std::chrono::seconds{10};
    Duration silence = std::chrono::seconds{30};
    ChangesFilter filter{};
};
struct PeerChange {
    std::string seq{};
    json::SharedBytes id{};
    std::vector<Revision> revisions{};   ///< The winner first.
    bool deleted = false;
};
struct PeerPage {
    std::vector<PeerChange> changes{};
    std::string last_seq{};
    std::uint64_t pending = 0;   ///< Changes behind it.
};

/// A revision to fetch, with its past: `_bulk_get` with revs and latest.
struct PeerWanted {
    json::SharedBytes id{};
    Revision revision{};
    /// What the other side has of it: attachments that are as old need not be sent (atts_since).
    std::vector<Revision> known{};
};
/// What became of one: the leaves that come from it, none when it is missing.
struct PeerFetched {
    std::vector<ReplicatedEdit> leaves{};
    /// It has attachments and they were not asked for: nothing was sent.
    bool has_attachments = false;
};
/// A document that was refused, by validate_doc_update or for its size.
struct PeerRefused {
    std::string id{};
    Revision revision{};
    PeerError why{};   ///< forbidden, unauthorized, …
};

/// A database somewhere, as a replicator sees it: CouchDB's HTTP interface with answers that come
/// later. Requests may overlap. An implementation retries what a connection lost, as
/// couch_replicator_httpc does, and then answers with status 0.
/// Source: couch_replicator_api_wrap.erl.
class Peer {
  public:
    /// Whoever waits for an answer gets none.
    virtual ~Peer() = default;

    /// Without password; what texts call the database.
    virtual std::string uri() const = 0;
    virtual void info(PeerThen<PeerInfo> then) = 0;
    virtual void create(const PeerCreate& options, PeerThen<PeerDone> then) = 0;
    /// A document's body, as it is now: filters' code. 404 not_found.
    virtual void open(const std::string& id, PeerThen<json::Value> then) = 0;
    /// A `_local/` document; 404 not_found.
    virtual void open_local(const std::string& id, PeerThen<LocalDocument> then) = 0;
    virtual void write_local(const LocalEdit& edit, PeerThen<Revision> then) = 0;
    /// The feed. One question at a time.
    virtual void changes(const PeerChanges& question, PeerThen<PeerPage> then) = 0;
    /// In the order asked for.
    virtual void revs_diff(const query::RevsDiff& wanted,
                           PeerThen<std::vector<found::Missing::One>> then) = 0;
    /// In the order asked for.
    virtual void fetch(const std::vector<PeerWanted>& wanted, bool attachments,
                       PeerThen<std::vector<PeerFetched>> then) = 0;
    /// new_edits=false. Tells those that were refused.
    virtual void write(const std::vector<ReplicatedEdit>& edits,
                       PeerThen<std::vector<PeerRefused>> then) = 0;
    /// instance_start_time
    virtual void ensure_full_commit(PeerThen<std::string> then) = 0;
};

/// How long a client waits and how often it asks again.
/// Source: default.ini [replicator]; couch_replicator_httpc.erl (250 ms, doubled each time).
struct PeerPatience {
    Duration timeout = std::chrono::seconds{30};   ///< connection_timeout, of one attempt.
    std::uint32_t retries = 5;                     ///< retries_per_request
    Duration first_wait = std::chrono::milliseconds{250};
    Duration most_wait = std::chrono::minutes{5};
};

/// Finds the database that an endpoint names, for a job on one node. The owner knows who is
/// reachable under which host and port.
class PeerResolver {
  public:
    virtual ~PeerResolver() = default;
    /// Or why there is nobody: status 0, nxdomain or conn_failed. The database itself need not
    /// exist.
    virtual PeerAnswer<std::unique_ptr<Peer>>
    resolve(const std::string& node, const Endpoint& endpoint, const PeerPatience& patience) = 0;
};

}   // namespace glasshive::store::replicate
