#include "door/callers/seeder.h"

#include <algorithm>

#include "store/client_events.h"
#include "store/json/parse.h"

namespace glasshive::door::callers {

namespace events = store::client::events;

namespace {

constexpr std::uint32_t tag_look = 1;
constexpr Duration look_every = std::chrono::milliseconds{1};
constexpr std::size_t documents_at_once = 500;

store::ClientSpec client_of(const store::ClusterSpec& spec) {
    store::ClientSpec client;
    client.name = spec.name + "-documents";
    return client;
}

/// The first document of a bulk that was refused, and why; "" when all are stored.
std::string refused_in(const std::string& body) {
    const store::json::Parsed parsed = store::json::parse(body);
    if (!parsed.ok() || !parsed.value.view().is(store::json::Type::array)) return body;
    for (const store::json::View each : parsed.value.view().elements()) {
        const auto reason = each.find("reason"), id = each.find("id");
        if (!reason || !id) continue;
        return std::string(id->text()) + ": " + std::string(reason->text());
    }
    return "";
}

}   // namespace

bool Seeder::needed(const store::ClusterSpec& spec) {
    return std::any_of(spec.databases.begin(), spec.databases.end(),
                       [](const auto& database) { return !database.documents.empty(); });
}

Seeder::Seeder(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger)
    : Caller(kernel, entrance, ledger, client_of(*entrance.spec)) {
    for (const store::DatabaseSpec& database : entrance.spec->databases) {
        std::size_t count = 0;
        std::string docs;
        const auto flush = [&] {
            if (count == 0) return;
            batches_.push_back({database.name, "{\"docs\":[" + docs + "]}"});
            docs.clear();
            count = 0;
        };
        for (const store::DocumentSpec& document : database.documents) {
            for (std::uint64_t i = 1; i <= document.count; ++i) {
                if (count > 0) docs += ",";
                docs += document.count == 1 ? document.text : store::numbered(document.text, i);
                if (++count == documents_at_once) flush();
            }
        }
        flush();
        if (!database.documents.empty()) batches_.back().last = true;
    }
}

void Seeder::on_start() { kernel_.after(id(), look_every, tag_look); }

void Seeder::on_own_timer(std::uint32_t, std::uint64_t) {
    if (!entrance_.ready()) {
        kernel_.after(id(), look_every, tag_look);
        return;
    }
    if (!batches_.empty()) send(0);
}

void Seeder::send(std::size_t number) {
    const Batch& batch = batches_[number];
    const std::string target = "/" + batch.database + "/_bulk_docs";
    ask(0, {"POST", target, batch.body}, [this, number](const Answer& answer) {
        const Batch& done = batches_[number];
        const std::string refused = answer.ok() ? refused_in(answer.body) : answer.body;
        if (done.last || !refused.empty()) {
            kernel_.emit(events::db_step, name("documents of " + store().prefix + done.database),
                         {field::name(name(store().prefix + done.database)),
                          field::name(name("seed")), field::name(name(node_name(0))),
                          field::integer(answer.status), field::integer(rows_in(answer.body)),
                          field::text(refused.empty() ? "all are stored" : refused)});
        }
        if (number + 1 < batches_.size()) send(number + 1);
    });
}

}   // namespace glasshive::door::callers
