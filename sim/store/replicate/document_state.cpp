// What a job's end writes into its document. couch_replicator_docs.erl.
#include <algorithm>

#include "store/json/builder.h"
#include "store/replicate/document_watch.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

using Members = std::vector<std::pair<std::string, json::Value>>;

void store_member(Members& members, const std::string& key, const json::Value& value) {
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const auto& member) { return member.first == key; });
    if (at == members.end()) {
        members.emplace_back(key, value);
    } else {
        at->second = value;
    }
}

const json::Value* member_of(const Members& members, const std::string& key) {
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const auto& member) { return member.first == key; });
    return at == members.end() ? nullptr : &at->second;
}

/// A body's members; arrays of small integers have terms of their own only inside them.
Members members_of(json::View body) {
    Members out;
    for (const json::Member& member : body.members()) {
        out.emplace_back(member.key, json::Value::copy_of(member.value.bytes()));
    }
    return out;
}

}   // namespace

std::optional<json::Value> with_state(json::View body, const StateMembers& wanted,
                                      const std::string& now) {
    Members members = members_of(body);
    const Members before = members;
    for (const auto& [key, value] : wanted) {
        if (!value) {
            std::erase_if(members,
                          [&, name = &key](const auto& member) { return member.first == *name; });
            continue;
        }
        if (key == "_replication_state") {
            const json::Value* old = member_of(members, key);
            if (old != nullptr && *old == *value) continue;
            store_member(members, key, *value);
            store_member(members, "_replication_state_time", json::text_value(now));
            continue;
        }
        store_member(members, key, *value);
    }
    if (members == before) return {};
    json::Builder out;
    out.begin_object();
    for (const auto& [key, value] : members) {
        out.key(key);
        out.copy(value.view());
    }
    out.end_object();
    return out.take();
}

std::string DocumentWatch::now_text() const {
    return iso8601(options_.epoch + ns_of(kernel_.now()) / 1'000'000'000);
}

void DocumentWatch::completed(const DocumentKey& key, const json::Value& stats) {
    write_state(key,
                {{"_replication_state", json::text_value("completed")},
                 {"_replication_state_reason", {}},
                 {"_replication_stats", stats}},
                0);
}

void DocumentWatch::failed(const DocumentKey& key, const std::string& why) {
    write_state(key,
                {{"_replication_state", json::text_value("failed")},
                 {"_replication_stats", {}},
                 {"_replication_state_reason", json::text_value(why)}},
                0);
}

void DocumentWatch::triggered(const DocumentKey& key, const std::string& id) {
    write_state(key,
                {{"_replication_state", json::text_value("triggered")},
                 {"_replication_state_reason", {}},
                 {"_replication_id", json::text_value(id)},
                 {"_replication_stats", {}}},
                0);
}

void DocumentWatch::in_error(const DocumentKey& key, const std::string& why) {
    json::Builder null;
    null.null();
    write_state(key,
                {{"_replication_state", json::text_value("error")},
                 {"_replication_state_reason", json::text_value(why)},
                 {"_replication_stats", {}},
                 {"_replication_id", null.take()}},
                0);
}

/// Somebody else may have written meanwhile: then again, after a while that chance decides. A
/// document that is gone stays so.
void DocumentWatch::write_state(const DocumentKey& key, const StateMembers& members,
                                std::uint32_t tries) {
    node_.coordinator.read(
        key.database, key.id, 0, [this, key, members, tries](const ReadAnswer& read) {
            const auto again = [this, key, members, tries] {
                const std::uint64_t most = std::min<std::uint64_t>(128, std::uint64_t{2} << tries);
                const auto wait = static_cast<std::int64_t>(1 + chance_.below(most));
                alarms_.set(std::chrono::milliseconds{100} * wait, [this, key, members, tries] {
                    write_state(key, members, std::min(tries + 1, 8U));
                });
            };
            if (read.status == 404) return;
            if (read.status != 200) return again();
            const Step& newest = read.path.back();
            const auto body = with_state(newest.content->body.view(), members, now_text());
            if (!body) return;
            Content content = *newest.content;
            content.body = *body;
            const Edit edit{.id = json::SharedBytes::copy_of(key.id),
                            .parent = newest.revision,
                            .content = ContentPtr(std::move(content))};
            node_.coordinator.write(key.database, {edit}, 0, [again](const WriteAnswer& written) {
                const bool refused =
                    written.status == 403 || written.status == 401;   // Its own fault.
                if (written.status >= 400 && written.status != 404 && !refused) again();
            });
        });
}

}   // namespace glasshive::store::replicate
