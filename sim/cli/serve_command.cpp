#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "door/http/address.h"
#include "serve/fresh.h"
#include "serve/serve.h"

namespace glasshive::cli {

namespace {

std::atomic<bool> stop_asked{false};

void ask_to_stop(int) { stop_asked = true; }

std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// "name:password" of each --admin.
Result<std::vector<std::pair<std::string, std::string>>>
admins_of(const std::vector<std::string>& words) {
    std::vector<std::pair<std::string, std::string>> admins;
    for (const std::string& word : words) {
        const std::size_t colon = word.find(':');
        if (colon == std::string::npos || colon == 0) {
            return Diagnostic{.file = "--admin",
                              .message = "\"" + word + "\" is no name and password",
                              .hint = "--admin adm:pass"};
        }
        admins.emplace_back(word.substr(0, colon), word.substr(colon + 1));
    }
    return admins;
}

/// "section/key=value" of each --config.
Result<std::vector<serve::Preset>> presets_of(const std::vector<std::string>& words) {
    std::vector<serve::Preset> presets;
    Diagnostics wrong;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::size_t slash = word.find('/');
        const bool whole = slash != std::string::npos && equals != std::string::npos && slash > 0 &&
                           slash + 1 < equals;
        if (!whole) {
            wrong.push_back({.file = "--config",
                             .message = "\"" + word + "\" is no key of a section with a value",
                             .hint = "--config couchdb/default_security=everyone"});
            continue;
        }
        presets.push_back({word.substr(0, slash), word.substr(slash + 1, equals - slash - 1),
                           word.substr(equals + 1)});
    }
    if (!wrong.empty()) return wrong;
    return presets;
}

/// The scenario to serve: the file's, or a fresh cluster's.
Result<Loaded> to_serve(const ServeOptions& options) {
    auto admins = admins_of(options.admins);
    if (!admins.ok()) return admins.problems();
    if (!options.file.empty()) {
        if (!options.record.empty() && (options.epoch || !admins.value().empty())) {
            return Diagnostic{.file = "--record",
                              .message = "a recording keeps the scenario's file, not --admin and "
                                         "--epoch: it would not replay",
                              .hint = "write admins and epoch into the scenario's store"};
        }
        auto loaded = load(options.file);
        if (!loaded.ok()) return loaded;
        for (store::ClusterSpec& store : loaded.value().spec.stores) {
            if (!admins.value().empty()) store.admins = admins.value();
            if (options.epoch) store.epoch = *options.epoch;
        }
        return loaded;
    }
    serve::FreshCluster fresh{.nodes = options.nodes,
                              .seed = options.seed.value_or(42),
                              .admins = admins.value(),
                              .epoch = options.epoch.value_or(unix_now())};
    if (fresh.admins.empty()) fresh.admins.emplace_back("admin", "admin");
    auto read = scenario::read_scenario(serve::fresh_scenario(fresh), "fresh-cluster.yaml", {});
    if (!read.ok()) return read.problems();
    return Loaded{.spec = std::move(read.value()),
                  .commands = {},
                  .stop_at = {},
                  .recorded_digest = {},
                  .recorded_version = {}};
}

/// The first store that real clients may speak to; null: there is none.
const store::ClusterSpec* served(const scenario::ScenarioSpec& spec) {
    for (const store::ClusterSpec& store : spec.stores) {
        if (store.kind == store::Kind::couchdb) return &store;
    }
    return nullptr;
}

void greet(const ServeOptions& options, const scenario::ScenarioSpec& spec,
           const std::vector<door::http::Address>& addresses) {
    if (options.common.quiet) return;
    const store::ClusterSpec& store = *served(spec);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const std::string whose =
            addresses.size() == 1 ? store.name : store::node_name_of(store, store.hosts[i]);
        std::cout << "http://" << addresses[i].text() << "/   " << whose << "\n";
    }
    if (options.file.empty() && options.admins.empty()) {
        std::cout << "administrator: admin, password admin (--admin NAME:PASSWORD)\n";
    }
    std::cout << "contents are in memory and gone when this ends (Ctrl+C)" << std::endl;
}

}   // namespace

int serve_command(const ServeOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](Diagnostics problems) {
        for (Diagnostic& each : problems) {
            if (each.file.empty()) each.file = "--couchdb";
        }
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    auto address = door::http::parse_address(options.address);
    if (!address.ok()) return fail(address.problems());
    auto presets = presets_of(options.presets);
    if (!presets.ok()) return fail(presets.problems());
    auto loaded = to_serve(options);
    if (!loaded.ok()) return fail(loaded.problems());
    scenario::ScenarioSpec& spec = loaded.value().spec;
    if (options.seed) spec.seed = *options.seed;
    if (served(spec) == nullptr) {
        return fail({Diagnostic{.file = options.file,
                                .message = spec.stores.empty()
                                               ? "the scenario has no stores"
                                               : "the scenario has no store of kind couchdb",
                                .hint = "stores: [{name: couchdb}], or no file at all"}});
    }
    auto opened = session::Session::open({.spec = spec,
                                          .record_path = options.record,
                                          .replay_command = options.record.empty()
                                                                ? "glasshive serve"
                                                                : "glasshive run " + options.record,
                                          .commands = {},
                                          .stop_at = {}});
    if (!opened.ok()) return fail(opened.problems());
    session::Session& session = *opened.value();
    session.start();
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    const Diagnostics problems =
        serve::serve(session,
                     {.address = address.value(),
                      .node_ports = options.node_ports,
                      .loopback_only = !options.any_address,
                      .speed = options.speed,
                      .clients = options.clients,
                      .patience = std::chrono::seconds{options.patience},
                      .control_socket = {},
                      .presets = presets.value(),
                      .outbound = options.outbound},
                     stop_asked, [&](const std::vector<door::http::Address>& addresses) {
                         greet(options, spec, addresses);
                     });
    if (!problems.empty()) return fail(problems);
    session.finish();
    return exit_ok;
}

}   // namespace glasshive::cli
