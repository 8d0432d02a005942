#include "store/quorum/node_files.h"

#include <utility>

#include "store/json/builder.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

const ShardMap* DatabaseList::map_of(std::string_view database) const {
    const auto found = maps.find(database);
    return found == maps.end() ? nullptr : &found->second;
}

bool DatabaseList::has_member(std::string_view node) const {
    if (members.empty()) return true;
    const auto found = members.find(node);
    return found != members.end() && !found->second.deleted;
}

/// mem3:nodes/0, and what mem3:choose_shards/3 asks of each: mem3_nodes:get_node_info/2.
std::vector<Member> DatabaseList::placeable() const {
    std::vector<Member> out;
    for (const auto& [name, document] : members) {
        if (document.deleted) continue;
        const auto zone = document.body.view().find("zone");
        const auto decom = document.body.view().find("decom");
        const bool named = zone && zone->is(json::Type::text);
        out.push_back(
            {.name = name,
             .zone = named ? std::string(zone->text()) : "",
             .decommissioned = decom && decom->is(json::Type::boolean) && decom->boolean()});
    }
    return out;
}

MemberDocument edited_member(const MemberDocument* before, json::Value body, bool deleted) {
    // Who joins again after he left: as any document that is made anew over its tombstone.
    const Revision* parent = before != nullptr ? &before->revision : nullptr;
    const Content content{.body = std::move(body), .deleted = deleted};
    return {*next_revision(parent, content), content.body, deleted};
}

json::Value member_body(std::string_view zone) {
    json::Builder out;
    out.begin_object();
    if (!zone.empty()) {
        out.key("zone");
        out.text(zone);
    }
    out.end_object();
    return out.take();
}

}   // namespace glasshive::store
