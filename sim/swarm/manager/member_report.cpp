#include "swarm/manager/member_report.h"

#include "swarm/events.h"

namespace glasshive::swarm {

namespace {
constexpr Duration told_again_after = std::chrono::seconds{1};
}   // namespace

NameId MemberReport::host_of(raft::MemberId member) const {
    const ProcessId process = member.valid() ? state_.process_of(member) : ProcessId{};
    return process.valid() ? kernel_.name_of(kernel_.host_of(process)) : NameId{};
}

void MemberReport::tell(const raft::Raft& member) {
    if (member.membership().voters().size() <= 1) return;
    const auto term = static_cast<std::int64_t>(member.term());
    if (member.voted_for().valid() && member.term() != voted_in_) {
        voted_in_ = member.term();
        kernel_.emit(events::raft_vote, host_,
                     {field::integer(term), field::name(host_of(member.voted_for()))});
    }
    const Told now{member.term(), member.leader(), member.log().last().index, member.commit()};
    if (now == told_) return;
    const bool same_reign = now.term == told_.term && now.leader == told_.leader;
    if (same_reign && kernel_.now() - told_at_ < told_again_after) return;
    told_ = now;
    told_at_ = kernel_.now();
    kernel_.emit(events::raft_log, host_,
                 {field::integer(term), field::integer(static_cast<std::int64_t>(now.last)),
                  field::integer(static_cast<std::int64_t>(now.commit)),
                  field::name(host_of(now.leader))});
}

}   // namespace glasshive::swarm
