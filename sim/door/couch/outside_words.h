#pragma once

#include "door/http/message.h"
#include "store/replicate/peer_messages.h"

namespace glasshive::door::couch {

/// A replicator's question to a database outside, as the HTTP request that CouchDB's replicator
/// sends. The request's database is its whole URL, without credentials: "http://host:5984/db/".
/// Headers that would break the request's form are left out.
/// Differs: a feed is read as long polls, and whole attachments are asked for (no atts_since).
/// Source: couch_replicator_api_wrap.erl.
http::Exchange exchange_of(const store::replicate::PeerRequest& request);

/// Whether it is one document with attachments, which is written in a request of its own.
bool is_alone(const store::replicate::ask::Write& what);

/// What the answer says. It may be anything: an answer that makes no sense is an error that is
/// tried again, {0, "invalid_json"}.
store::replicate::PeerTold told_of(const store::replicate::PeerRequest& request,
                                   const http::Heard& heard);

}   // namespace glasshive::door::couch
