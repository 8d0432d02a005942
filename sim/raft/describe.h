#pragma once

#include <string>
#include <vector>

#include "raft/raft.h"

/// Words for people: what a member did and why. Transcripts, events and explanations use these.
namespace glasshive::raft {

std::string to_text(MemberId member);                         ///< "2".
std::string to_text(const std::vector<MemberId>& members);    ///< "1, 2 and 3"; "nobody".
std::string to_text(Position at);                             ///< "index 7 of term 3".
std::string to_text(const Change& change);                    ///< "add 4".
std::string to_text(const Entry& entry);                      ///< "empty", "add 4", "data".
const char* to_text(Role role);
std::string to_text(const RoleChange& change);                ///< "leader of term 2: votes of …".
std::string to_text(const VoteCast& cast);
std::string to_text(Refusal why);
std::string to_text(const TransferProgress& progress);
std::string to_text(const Message& message);                  ///< Without sender and receiver.

}   // namespace glasshive::raft
