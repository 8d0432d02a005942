#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "door/http/message.h"

namespace glasshive::session {

/// A client's request to a node of a store, as it came.
struct StoreRequest {
    std::size_t store = 0;
    std::size_t node = 0;       ///< Which member.
    std::uint64_t number = 0;   ///< Of the session.
    std::int64_t wall = 0;      ///< Seconds since 1970 by the client's clock.
    door::http::Request request;
};
/// Its client went away.
struct StoreGone {
    std::size_t store = 0;
    std::uint64_t number = 0;
};
/// A node's processes end or begin, while its host lives.
struct StoreNode {
    std::size_t store = 0;
    std::size_t node = 0;
    bool starts = false;
};
/// Where a node answers real clients: replications may name it so.
struct StoreAddress {
    std::size_t store = 0;
    std::size_t node = 0;
    std::string address;   ///< "127.0.0.1:5984"
};
/// A function of a design document was given up: the wall's clock decided that, so a replay, which
/// may run on a faster machine, has to know before it begins. Of all stores: they share an engine.
struct StoreHung {
    std::size_t store = 0;    ///< 0.
    std::uint64_t call = 0;   ///< store::search::Scripts counts them.
};
/// A key of all nodes' configuration that somebody set before clients came.
struct StoreSetting {
    std::size_t store = 0;
    std::string section, key, value;
};
/// Replications may reach servers outside the run.
struct StoreOutbound {
    std::size_t store = 0;
};
/// What such a server answered.
struct StoreHeard {
    std::size_t store = 0;
    std::uint64_t number = 0;   ///< Of the exchange, as the run counts them.
    door::http::Heard heard;
};
using StoreWord = std::variant<StoreRequest, StoreGone, StoreNode, StoreAddress, StoreHung,
                               StoreSetting, StoreOutbound, StoreHeard>;

/// As it stands among a session's commands, so that a replay can give it again: "store " and an
/// object of JSON, bodies in base 64.
std::string text_of(const StoreWord& word);
/// Nothing when the text is another command, or is damaged.
std::optional<StoreWord> read_store_word(const std::string& text);
/// The call of a StoreHung's text; nothing when it is another's, which is not read whole.
std::optional<std::uint64_t> hung_call_of(const std::string& text);

}   // namespace glasshive::session
