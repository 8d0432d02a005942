#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "kernel/process.h"
#include "raft/messages.h"
#include "store/contrast/record.h"

/// What the members of a small store say to one another.
namespace glasshive::store::contrast {

/// Message::type of all of them.
inline constexpr std::uint16_t contrast_message = 480;

/// A request that another member shall answer, and its answer.
struct Forward {
    std::uint64_t number = 0;   ///< The sender's.
    Request request;
};
struct Reply {
    std::uint64_t number = 0;
    Answer answer;
};

// --- Two-phase commit ----------------------------------------------------------------------------

/// A transaction: who coordinates it, and its number there.
struct Transaction {
    std::uint32_t coordinator = 0;
    std::uint64_t number = 0;
    friend constexpr auto operator<=>(const Transaction&, const Transaction&) = default;
};
/// Lock the key, write the value to the log, and promise to do either of what follows.
struct Prepare {
    Transaction transaction;
    std::string key;
    std::uint64_t base = 0;   ///< The number of the edit that it replaces.
    Record record;
};
enum class Ballot : std::uint8_t { yes, conflict, locked, in_doubt };
struct Vote {
    Transaction transaction;
    Ballot ballot = Ballot::yes;
    std::string holder;   ///< locked, in_doubt: who coordinates what locks it.
};
/// The coordinator's decision.
struct Decision {
    Transaction transaction;
    bool commit = false;
};
/// A commit is on the member's disk: the coordinator may forget it.
struct Committed {
    Transaction transaction;
};
/// A member in doubt asks what was decided.
struct Inquiry {
    Transaction transaction;
};

// --- Raft ----------------------------------------------------------------------------------------

struct RaftWord {
    raft::Message message;
};
/// "Am I still the leader of this term?" for a read (Raft thesis 6.4).
struct Confirm {
    std::uint64_t number = 0;
    raft::Term term = 0;
};
struct Confirmed {
    std::uint64_t number = 0;
};

// --- Random quorum -------------------------------------------------------------------------------

struct StoreIt {
    std::uint64_t number = 0;   ///< 0: nobody waits, it is a repair.
    std::string key;
    std::uint64_t base = 0;
    Record record;
};
struct Stored {
    std::uint64_t number = 0;
    bool conflict = false;   ///< Something newer than its base is there.
};
struct LoadIt {
    std::uint64_t number = 0;
    std::string key;
};
struct Loaded {
    std::uint64_t number = 0;
    Record record;
};

/// A member's word on its way.
struct Word final : kernel::MessageBody {
    std::variant<Forward, Reply, Prepare, Vote, Decision, Committed, Inquiry, RaftWord, Confirm,
                 Confirmed, StoreIt, Stored, LoadIt, Loaded>
        body;
};

}   // namespace glasshive::store::contrast
