#include "raft/describe.h"

namespace glasshive::raft {

namespace {
std::string number(std::uint64_t value) { return std::to_string(value); }

std::string say(const RequestVote& body) {
    return "request-vote, log ends at " + to_text(body.last) +
           (body.transfer ? ", for a transfer" : "");
}
std::string say(const VoteReply& body) { return body.granted ? "vote granted" : "vote refused"; }
std::string say(const AppendEntries& body) {
    std::string text = "append after " + to_text(body.previous) + ": ";
    if (body.entries.empty()) text += "nothing";
    if (body.entries.size() == 1) text += "1 entry";
    if (body.entries.size() > 1) text += number(body.entries.size()) + " entries";
    return text + ", commit " + number(body.commit);
}
std::string say(const AppendReply& body) {
    if (body.accepted) return "append accepted up to " + number(body.index);
    if (body.index == 0) return "you are of the past";
    return "append after " + number(body.index) + " refused, try " + to_text(body.hint);
}
std::string say(const Heartbeat& body) { return "heartbeat, commit " + number(body.commit); }
std::string say(const HeartbeatReply&) { return "heartbeat answered"; }
std::string say(const InstallSnapshot& body) {
    return "snapshot at " + to_text(body.snapshot.at);
}
std::string say(const TimeoutNow&) { return "stand for election now"; }
std::string say(const RemovedNotice&) { return "you were removed"; }
}   // namespace

std::string to_text(MemberId member) { return member.valid() ? number(member.value) : "nobody"; }

std::string to_text(const std::vector<MemberId>& members) {
    if (members.empty()) return "nobody";
    std::string text;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) text += i + 1 == members.size() ? " and " : ", ";
        text += to_text(members[i]);
    }
    return text;
}

std::string to_text(Position at) {
    if (at.index == 0) return "the start";
    return "index " + number(at.index) + " of term " + number(at.term);
}

std::string to_text(const Change& change) {
    return (change.kind == Change::Kind::add ? "add " : "remove ") + to_text(change.member);
}

std::string to_text(const Entry& entry) {
    switch (entry.kind) {
        case Entry::Kind::empty: return "empty";
        case Entry::Kind::data: return "data";
        case Entry::Kind::change: return to_text(entry.change);
    }
    return "";
}

const char* to_text(Role role) {
    switch (role) {
        case Role::follower: return "follower";
        case Role::candidate: return "candidate";
        case Role::leader: return "leader";
    }
    return "";
}

std::string to_text(const RoleChange& change) {
    std::string text = to_text(change.now);
    text += change.now == Role::leader ? " of term " : " in term ";
    text += number(change.term) + ": ";
    switch (change.why) {
        case RoleReason::election_timeout:
            return text + "heard no leader for " + number(change.ticks) + " ticks";
        case RoleReason::asked_to_stand:
            if (!change.from.valid()) return text + "was asked";
            return text + to_text(change.from) + " hands over";
        case RoleReason::votes_won: return text + "votes of " + to_text(change.members);
        case RoleReason::votes_lost: return text + "refused by " + to_text(change.members);
        case RoleReason::higher_term:
            return text + to_text(change.from) + " speaks in a later term";
        case RoleReason::leader_exists: return text + to_text(change.from) + " leads it";
        case RoleReason::quorum_lost: return text + "heard only " + to_text(change.members);
        case RoleReason::removed: return text + to_text(change.from) + " says it was removed";
    }
    return text;
}

std::string to_text(const VoteCast& cast) {
    const std::string whom = to_text(cast.candidate) + " in term " + number(cast.term);
    switch (cast.why) {
        case VoteReason::granted: return "votes for " + whom;
        case VoteReason::voted_for_other:
            return "refuses " + whom + ": voted for " + to_text(cast.other);
        case VoteReason::leader_known:
            return "refuses " + whom + ": follows " + to_text(cast.other);
        case VoteReason::log_behind:
            return "refuses " + whom + ": has more, up to " + to_text(cast.last);
        case VoteReason::lease:
            return "ignores " + whom + ": " + to_text(cast.other) + " leads and was heard lately";
    }
    return "";
}

std::string to_text(Refusal why) {
    switch (why) {
        case Refusal::not_leader: return "not the leader";
        case Refusal::removed: return "no member any more";
        case Refusal::transferring: return "leadership is being handed over";
        case Refusal::change_pending: return "an earlier change may not have been applied yet";
        case Refusal::member_already: return "a member already";
        case Refusal::member_unknown: return "no member";
        case Refusal::removed_before: return "was removed, members come back under a new number";
        case Refusal::last_member: return "the last member";
        case Refusal::leader_already: return "the leader already";
        case Refusal::too_large: return "too large";
    }
    return "";
}

std::string to_text(const TransferProgress& progress) {
    const std::string to = to_text(progress.to);
    switch (progress.stage) {
        case TransferStage::begun: return "hands over to " + to + ": takes no proposals meanwhile";
        case TransferStage::ordered: return "tells " + to + " to stand: it has all entries";
        case TransferStage::given_up: return "gives up handing over to " + to;
    }
    return "";
}

std::string to_text(const Message& message) {
    return "term " + number(message.term) + " " +
           std::visit([](const auto& body) { return say(body); }, message.body);
}

}   // namespace glasshive::raft
