#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "store/json/print.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/replicator.h"
#include "store/replicate/site.h"

namespace glasshive::test {

/// One replication without a scheduler, on a node of the site that asks.
struct Job final : kernel::Process {
    explicit Job(Site& at, std::size_t on = 0) : site(at), node(on), alarms(at.world.kernel) {
        at.world.kernel.add_process(at.host(on), *this);
        at.world.kernel.start(id());
    }
    void on_start() override { alarms.set_owner(id()); }
    void on_timer(std::uint32_t, std::uint64_t argument) override { alarms.ring(argument); }
    void on_stop() override {
        replicator.reset();
        alarms.clear();
    }

    static rep::ReplicationRequest request(const std::string& options = "{}") {
        std::string text = options;   // Endpoints in front of what is there.
        const std::string ends = R"("source":"http://s/db","target":"http://t/db")";
        text.insert(1, text == "{}" ? ends : ends + ",");
        auto read = rep::read_request(store::json::parse(text).value.view());
        REQUIRE(std::holds_alternative<rep::ReplicationRequest>(read));
        return std::get<rep::ReplicationRequest>(read);
    }
    void start(Site& source, const std::string& from, Site& target, const std::string& to,
               const std::string& options = "{}", const rep::PeerPatience& patience = {}) {
        ended.reset();
        rep::ReplicatorStart start{.request = request(options),
                                   .base_id = "rid",
                                   .session_id = "session" + std::to_string(++sessions),
                                   .started = site.world.kernel.now()};
        replicator = std::make_unique<rep::Replicator>(
            site.world.kernel, alarms, std::move(start),
            site.peer_of(source, from, node, 0, patience),
            site.peer_of(target, to, node, 0, patience),
            [this](const rep::ReplicatorEnd& end) { ended = end; });
        replicator->start();
    }
    /// The result's text or the error's, "" if it has not ended.
    std::string result() const {
        if (!ended) return "";
        return ended->error ? ended->error->shown : store::json::to_text(ended->result.view());
    }
    std::string run(Site& source, const std::string& from, Site& target, const std::string& to,
                    const std::string& options = "{}") {
        start(source, from, target, to, options);
        site.world.driver.run_for(10s);
        return result();
    }
    const rep::ReplicationStats& stats() const { return replicator->stats(); }

    Site& site;
    std::size_t node;
    rep::Alarms alarms;
    std::unique_ptr<rep::Replicator> replicator;
    std::optional<rep::ReplicatorEnd> ended;
    int sessions = 0;
};

}   // namespace glasshive::test
