#include "store/quorum/write_tally.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::store {

namespace {

bool good(const CopyReply& reply) {
    return reply.kind == CopyReply::Kind::stored || reply.kind == CopyReply::Kind::noreply;
}

Decision as_decision(const CopyReply& reply, std::uint32_t copies) {
    switch (reply.kind) {
        case CopyReply::Kind::stored:
            return {.kind = Decision::Kind::stored, .revision = reply.revision, .copies = copies};
        case CopyReply::Kind::noreply: return {.kind = Decision::Kind::noreply, .copies = copies};
        case CopyReply::Kind::conflict: return {.kind = Decision::Kind::conflict, .copies = copies};
        default: break;
    }
    Decision decision{.kind = Decision::Kind::refused, .copies = copies};
    if (reply.kind == CopyReply::Kind::unauthorized) decision.kind = Decision::Kind::unauthorized;
    if (reply.kind == CopyReply::Kind::bad_request) decision.kind = Decision::Kind::bad_request;
    decision.refusal = reply.refusal;
    return decision;
}

std::uint32_t count_of(const std::vector<CopyReply>& replies, const CopyReply& reply) {
    return static_cast<std::uint32_t>(std::count(replies.begin(), replies.end(), reply));
}

}   // namespace

bool operator==(const CopyReply& a, const CopyReply& b) {
    if (a.kind != b.kind || a.revision != b.revision) return false;
    if (!a.refusal || !b.refusal) return !a.refusal && !b.refusal;
    return *a.refusal == *b.refusal;
}

std::optional<Decision> decided(const std::vector<CopyReply>& replies, std::uint32_t w) {
    for (const CopyReply& reply : replies) {
        const std::uint32_t copies = count_of(replies, reply);
        if (good(reply) && copies >= w) return as_decision(reply, copies);
    }
    return std::nullopt;
}

Decision forced(const std::vector<CopyReply>& replies, std::uint32_t w) {
    if (replies.empty()) return {.kind = Decision::Kind::failed, .unhealthy = true};
    const auto refused = std::find_if(replies.begin(), replies.end(), [](const CopyReply& reply) {
        return reply.kind == CopyReply::Kind::refused ||
               reply.kind == CopyReply::Kind::unauthorized ||
               reply.kind == CopyReply::Kind::bad_request;
    });
    if (const auto met = decided(replies, w)) {
        // Of replicated edits, a validation function's no on any copy is told.
        if (refused != replies.end() && met->kind == Decision::Kind::noreply) {
            return as_decision(*refused, count_of(replies, *refused));
        }
        return *met;
    }
    for (const CopyReply& reply : replies) {
        if (reply.kind != CopyReply::Kind::stored) continue;
        Decision accepted = as_decision(reply, count_of(replies, reply));
        accepted.kind = Decision::Kind::accepted;   // Stored somewhere; it will spread.
        return accepted;
    }
    Decision first = as_decision(replies.front(), count_of(replies, replies.front()));
    SIM_ASSERT(first.copies >= 1);
    first.unhealthy = first.copies != replies.size();
    return first;
}

int bulk_status(const std::vector<Decision>& decisions) {
    int status = 201;
    for (const Decision& decision : decisions) {
        if (decision.unhealthy) return 500;
        if (decision.kind == Decision::Kind::accepted) status = 202;
    }
    return status;
}

int document_status(const Decision& decision) {
    switch (decision.kind) {
        case Decision::Kind::stored:
        case Decision::Kind::noreply: return 201;
        case Decision::Kind::accepted: return 202;
        case Decision::Kind::conflict: return 409;
        case Decision::Kind::refused: return 403;
        case Decision::Kind::unauthorized: return 401;
        case Decision::Kind::bad_request: return 400;
        case Decision::Kind::failed: break;
    }
    return 500;
}

}   // namespace glasshive::store
