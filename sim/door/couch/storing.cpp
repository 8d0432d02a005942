// Documents on their way to the store: what stubs stand for, local ones, the rest by quorum.
// chttpd_db.erl, fabric_doc_update.erl, couch_db:update_docs/4.
#include <algorithm>
#include <memory>
#include <utility>

#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/service.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// A write while it is put together.
struct Storing {
    std::vector<Incoming> documents;
    std::vector<Stored> results;
    std::vector<store::ContentPtr> before;   ///< Of those with stubs: the revision they edit.
    bool replicated = false;
    std::uint32_t w = 0;
    std::function<void(const std::vector<Stored>&)> then;
    std::size_t next = 0;   ///< Whose stubs are looked at.
};
using StoringPtr = std::shared_ptr<Storing>;

bool is_local(const Incoming& document) { return document.id.starts_with("_local/"); }

bool has_stubs(const Incoming& document) {
    if (is_local(document)) return false;   // They have no attachments.
    for (const store::AttachmentGiven& each : document.read.attachments) {
        if (each.kind == store::AttachmentGiven::Kind::stub) return true;
    }
    return false;
}

std::optional<store::Revision> parent_of(const Incoming& document, bool replicated) {
    const auto& revisions = document.read.revisions;
    if (!replicated) return revisions.empty() ? std::nullopt : std::optional(revisions.front());
    return revisions.size() < 2 ? std::nullopt : std::optional(revisions[1]);
}

store::CompressionRules compression(const Config& config) {
    store::CompressionRules rules;
    rules.level = static_cast<int>(
        std::clamp<std::int64_t>(config.number("attachments", "compression_level", 8), 0, 9));
    if (const auto types = config.find("attachments", "compressible_types")) {
        rules.types.clear();
        std::string word;
        for (const char c : *types + ",") {
            if (c != ',' && c != ' ') word += c;
            if (c == ',' && !word.empty()) rules.types.push_back(std::exchange(word, {}));
        }
    }
    return rules;
}

/// The content of a document as it will be stored, or what is wrong with its attachments.
std::variant<store::ContentPtr, store::Refusal> content_of(const Call& call, Storing& storing,
                                                           std::size_t which) {
    Incoming& document = storing.documents[which];
    const store::ContentPtr& before = storing.before[which];
    const auto parent = parent_of(document, storing.replicated);
    std::optional<std::uint32_t> position;
    if (!storing.replicated) position = parent ? parent->position() + 1 : 1;
    auto& service = const_cast<Call&>(call).service();
    auto attachments =
        store::attachments_of(document.id, document.read.attachments, before ? &*before : nullptr,
                              position, compression(service.config(call.member())));
    if (auto* refusal = std::get_if<store::Refusal>(&attachments)) return std::move(*refusal);
    return store::ContentPtr(
        {.body = document.read.body,
         .attachments = std::move(std::get<std::vector<store::Attachment>>(attachments)),
         .deleted = document.read.deleted});
}

void send(const CallPtr& call, const StoringPtr& storing) {
    std::vector<store::Edit> edits;
    std::vector<store::ReplicatedEdit> replicated;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < storing->documents.size(); ++i) {
        Incoming& document = storing->documents[i];
        if (storing->results[i].problem || is_local(document)) continue;
        auto content = content_of(*call, *storing, i);
        if (const auto* refusal = std::get_if<store::Refusal>(&content)) {
            storing->results[i].problem = problem_of(*refusal);
            continue;
        }
        which.push_back(i);
        auto id = json::SharedBytes::copy_of(document.id);
        auto& held = std::get<store::ContentPtr>(content);
        if (storing->replicated) {
            replicated.push_back({std::move(id), store::path_of(document.read, std::move(held))});
        } else {
            edits.push_back({.id = std::move(id),
                             .parent = parent_of(document, false),
                             .content = std::move(held)});
        }
    }
    if (which.empty()) return storing->then(storing->results);
    auto decided = call->then([storing, which](const store::WriteAnswer& answer) {
        if (answer.decisions.empty()) throw no_database();
        for (std::size_t i = 0; i < which.size(); ++i) {
            storing->results[which[i]].decision = answer.decisions[i];
        }
        storing->then(storing->results);
    });
    store::Coordinator& coordinator = call->node().coordinator();
    const store::WriteOptions options{storing->w, user_json(*call)};
    if (storing->replicated) {
        coordinator.write_replicated(call->database(), std::move(replicated), options, decided);
    } else {
        coordinator.write(call->database(), std::move(edits), options, decided);
    }
}

/// Local documents, one after the other, then the rest. No function validates them, and nothing is
/// a conflict.
void store_locals(const CallPtr& call, const StoringPtr& storing, std::size_t from) {
    auto& documents = storing->documents;
    for (std::size_t i = from; i < documents.size(); ++i) {
        if (storing->results[i].problem || !is_local(documents[i])) continue;
        const store::DocumentRead& read = documents[i].read;
        store::LocalEdit edit{.id = documents[i].id, .body = read.body, .deleted = read.deleted};
        if (!read.revisions.empty()) edit.parent = read.revisions.front();
        return call->node().gatherer().write_local(
            call->database(), std::move(edit), storing->w,
            call->then([call, storing, i](const store::LocalAnswer& answer) {
                using Kind = store::Decision::Kind;
                if (answer.status == 404) throw no_database();
                Stored& stored = storing->results[i];
                stored.decision.kind = answer.status == 202 ? Kind::accepted : Kind::stored;
                stored.decision.revision = answer.revision;
                if (answer.status >= 400) stored.problem = Problem{500, "error", answer.reason};
                store_locals(call, storing, i + 1);
            }));
    }
    send(call, storing);
}

/// Design documents are an admin's: others' are refused, one by one.
/// Source: couch_db:validate_doc_update/3.
void check_designs(const CallPtr& call, const StoringPtr& storing, std::function<void()> then) {
    const auto is_design = [](const Incoming& each) { return each.id.starts_with("_design/"); };
    const auto& documents = storing->documents;
    if (call->user().is_server_admin() ||
        std::none_of(documents.begin(), documents.end(), is_design)) {
        return then();
    }
    with_security(call, [call, storing, is_design, then](const json::Value& security) {
        if (is_database_admin(call->user(), security.view())) return then();
        for (std::size_t i = 0; i < storing->documents.size(); ++i) {
            if (!is_design(storing->documents[i])) continue;
            storing->results[i].problem = not_database_admin(call->user());
        }
        then();
    });
}

/// Opens what stubs stand for, one document after the other.
void look_for_stubs(const CallPtr& call, const StoringPtr& storing) {
    while (storing->next < storing->documents.size()) {
        const std::size_t i = storing->next;
        const auto parent = parent_of(storing->documents[i], storing->replicated);
        if (!has_stubs(storing->documents[i]) || !parent) {
            ++storing->next;
            continue;
        }
        return call->node().gatherer().open_revs(
            call->database(), storing->documents[i].id, {*parent}, false, 0,
            call->then([call, storing, i](const store::RevsAnswer& answer) {
                for (const auto& leaf : answer.leaves) {
                    if (!leaf.path.empty()) storing->before[i] = leaf.path.back().content;
                }
                ++storing->next;
                look_for_stubs(call, storing);
            }));
    }
    store_locals(call, storing, 0);
}

}   // namespace

void store_documents(const CallPtr& call, std::vector<Incoming> documents, bool replicated,
                     std::uint32_t w, std::function<void(const std::vector<Stored>&)> then) {
    auto storing = std::make_shared<Storing>();
    storing->results.resize(documents.size());
    storing->before.resize(documents.size());
    for (const Incoming& each : documents) {
        for (const store::AttachmentGiven& given : each.read.attachments) {
            if (given.kind != store::AttachmentGiven::Kind::follows) continue;
            throw bad_request("Nothing follows for attachment " + given.name);
        }
    }
    storing->documents = std::move(documents);
    storing->replicated = replicated;
    storing->w = w;
    storing->then = std::move(then);
    const auto go_on = [call, storing] { call->guard([&] { look_for_stubs(call, storing); }); };
    check_designs(call, storing, [call, storing, go_on] {
        if (storing->replicated) return go_on();
        check_partition_sizes(call, storing->documents, [storing, go_on](const auto& over) {
            for (std::size_t i = 0; i < over.size(); ++i) {
                if (!over[i]) continue;
                storing->results[i].problem = Problem{
                    403, "partition_overflow",
                    "Partition limit exceeded due to update on '" + storing->documents[i].id + "'"};
            }
            go_on();
        });
    });
}

}   // namespace glasshive::door::couch
