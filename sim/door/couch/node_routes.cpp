// /_node/{name}/…; chttpd_node.erl. A node's settings, and the documents that only nodes have.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "door/couch/node_documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "door/couch/settings.h"
#include "store/json/builder.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// Which node is meant; throws 404 for one that nobody knows, 412 for one that is down.
std::size_t named_node(Call& call) {
    const std::string name(call.part(1));
    if (name == "_local") return call.member();
    const auto member = call.service().cluster().find(name);
    if (!member) throw not_found("no such node: " + name);
    if (!call.node().watch().sees(*member)) {
        throw Problem{412, "nodedown", name + " is down"};
    }
    return *member;
}

std::string section_text(const Config::Section& section) {
    ObjectText out;
    for (const auto& [key, value] : section) out.text(key, value);
    return out.take();
}

/// Sections that decide what code runs. Source: couch_util:check_config_blacklist/1.
void check_section(std::string_view section) {
    for (const char* const closed :
         {"daemons", "external", "httpd_design_handlers", "httpd_db_handlers",
          "httpd_global_handlers", "native_query_servers", "os_daemons", "query_servers"}) {
        if (section != closed) continue;
        throw forbidden("Config section blacklisted for modification over HTTP API.");
    }
}

void config_value(Call& call, std::size_t member) {
    call.only("GET,PUT,DELETE");
    if (!call.is("GET")) check_section(call.part(3));
    const std::string section(call.part(3)), key(call.part(4));
    Config& config = call.service().config(member);
    const auto old = config.find(section, key);
    if (call.is("GET")) {
        if (!old) throw not_found("unknown_config_value");
        return call.json_text(200, json::quoted_text(*old));
    }
    if (call.is("DELETE")) {
        if (!old) throw not_found("unknown_config_value");
        config.erase(section, key);
        setting_changed(call.service(), member, section, key);
    } else {
        const json::Value body = call.body_json();
        if (!body.view().is(json::Type::text)) throw bad_request("`value` must be a string");
        set_setting(call.service(), member,
                    {section, key, std::string(trimmed(body.view().text(), " \t\r\n"))});
    }
    call.json_text(200, json::quoted_text(old.value_or("")));
}

void config(Call& call, std::size_t member) {
    const std::size_t depth = call.target().parts.size();
    if (depth == 5) return config_value(call, member);
    if (depth > 5) throw not_found();
    if (depth == 4 && call.part(3) == "_reload") {
        call.only("POST");
        return call.ok();
    }
    call.only("GET");
    const Config& config = call.service().config(member);
    if (depth == 4) return call.json_text(200, section_text(config.section(call.part(3))));
    ObjectText out;
    for (const auto& [name, section] : config.sections()) out.raw(name, section_text(section));
    call.json_text(200, out.take());
}

void versions(Call& call) {
    call.only("GET");
    ObjectText out, erlang, collation, engine;
    erlang.text("version", "25.3.2.20");
    erlang.raw("supported_hashes", R"(["sha","sha224","sha256","sha384","sha512"])");
    collation.text("name", "libicu").text("library_version", "72.1");
    collation.text("collation_algorithm_version", "15").text("collator_version", "153.120");
    engine.text("name", "spidermonkey").text("version", "102");
    out.raw("erlang", erlang.take()).raw("collation_driver", collation.take());
    out.raw("javascript_engine", engine.take());
    call.json_text(200, out.take());
}

void statistics(Call& call, std::size_t member) {
    call.only("GET");
    const std::vector<std::string>& parts = call.target().parts;
    std::string text = call.service().statistics(member).text({parts.begin() + 3, parts.end()});
    if (text.empty()) throw not_found();
    call.json_text(200, std::move(text));
}

/// What of a node's state the simulation knows.
void system(Call& call, std::size_t member) {
    call.only("GET");
    ObjectText out;
    out.number("uptime", ns_of(call.service().kernel().now()) / 1'000'000'000);
    out.raw("memory", "{}");
    out.number("internal_replication_jobs",
               call.service().cluster().node(member).internal().idle() ? 0 : 1);
    call.json_text(200, out.take());
}

}   // namespace

void node(const CallPtr& call) {
    const std::size_t depth = call->target().parts.size();
    if (depth == 1) throw bad_request("Incomplete path to _node request");
    const std::size_t member = named_node(*call);
    const std::string_view what = call->part(2);
    if (depth == 2 && call->part(1) == "_local") {
        return call->json_text(200, ObjectText().text("name", call->node().name()).take());
    }
    if (what == "_config") return config(*call, member);
    if (what == "_versions") return versions(*call);
    if (what == "_system") return system(*call, member);
    if (what == "_stats") return statistics(*call, member);
    if (what == "_restart") {
        call->only("POST");
        // The reply leaves first.
        call->ok();
        return call->service().restart(member);
    }
    if (what == "_dbs" && depth == 4) {
        return shard_map_document(*call, member, std::string(call->part(3)));
    }
    if (what == "_nodes" && depth == 4) {
        return member_document(*call, member, std::string(call->part(3)));
    }
    throw not_found();
}

}   // namespace glasshive::door::couch
