// The words of `glasshive serve` and `glasshive ctl`.
#include "cli/app_parts.h"

namespace glasshive::cli {

static void add_ctl(App::Parts& p) {
    CLI::App* ctl = p.app.add_subcommand("ctl", "Break and mend a store that is being served");
    ctl->add_option("--to", p.ctl.to, "Where it is served: HOST:PORT")
        ->type_name("ADDRESS")
        ->capture_default_str();
    ctl->require_subcommand(1);
    CLI::App* fault = ctl->add_subcommand("fault", "Make a fault, or end one");
    fault
        ->add_option("KIND", p.ctl.fault,
                     "crash: its processes end; pause: its host freezes; start: undoes both; "
                     "partition: nothing passes between the groups; heal: ends partitions")
        ->required()
        ->check(CLI::IsMember({"crash", "pause", "start", "partition", "heal"}));
    fault->add_option("NODES", p.ctl.nodes, "A node, or groups of them: n1,n2 n3")
        ->type_name("GROUP");
    fault->callback([&p] { p.chosen = [&p] { return ctl_command(p.ctl); }; });
    CLI::App* status = ctl->add_subcommand("status", "What its nodes do");
    status->callback([&p] {
        p.ctl.fault.clear();
        p.chosen = [&p] { return ctl_command(p.ctl); };
    });
    for (CLI::App* each : {fault, status}) {
        add_common(*each, p.ctl.common, "Print the answer as JSON");
    }
    ctl->footer(
        "A node is named as its cluster names it, by its host, or n1, n2, ...\n"
        "Returns once it is so. Exit status: 0; 2 when nobody serves there or a word is wrong.");
}

static void add_pace(App::Parts& p, CLI::App* serve) {
    serve
        ->add_option("--speed", p.serve.speed,
                     "Virtual seconds in a second while nobody waits for an answer")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    serve->add_option("--clients", p.serve.clients, "Connections at a time; others hear 503")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    serve
        ->add_option("--patience", p.serve.patience,
                     "How long a client may take for a header, for 4 KiB of a body, or to read; "
                     "without it 20 s, 60 s and 60 s")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 86'400));
}

static void add_presets(CLI::App& serve, App::Parts& p) {
    serve
        .add_option("--config", p.serve.presets,
                    "A key of every node's configuration: SECTION/KEY=VALUE, as often as wanted")
        ->type_name("SECTION/KEY=VALUE")
        ->allow_extra_args(false);
}

void add_serve(App::Parts& p) {
    CLI::App* serve = p.app.add_subcommand(
        "serve", "Let real CouchDB clients into a simulated cluster, over HTTP");
    serve
        ->add_option("SCENARIO", p.serve.file,
                     "Scenario with a store; without one: a fresh cluster with CouchDB's defaults")
        ->type_name("FILE");
    serve->add_option("--couchdb", p.serve.address, "Where to listen: HOST:PORT, or PORT")
        ->type_name("ADDRESS")
        ->capture_default_str();
    serve->add_option("--nodes", p.serve.nodes, "Nodes of a fresh cluster")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    serve->add_flag("--node-ports", p.serve.node_ports,
                    "Node k answers at the port of --couchdb + k - 1");
    serve
        ->add_option("--admin", p.serve.admins, "A server admin: NAME:PASSWORD, as often as wanted")
        ->type_name("NAME:PASSWORD")
        ->allow_extra_args(false);
    add_presets(*serve, p);
    serve
        ->add_option("--epoch", p.serve.epoch,
                     "Seconds since 1970 at virtual time zero; now, without it")
        ->type_name("SECONDS");
    add_pace(p, serve);
    CLI::Option* seed = serve->add_option("-s,--seed", p.serve_seed, "Seed of every random stream");
    seed->check(not_a_seed);
    serve
        ->add_option("-o,--record", p.serve.record,
                     "Keep the session as a recording, which `glasshive run` replays")
        ->type_name("PATH");
    serve->add_flag("--any-address", p.serve.any_address,
                    "Listen at other than loopback addresses, too: whoever reaches it may try");
    serve->add_flag("--outbound", p.serve.outbound,
                    "Replications may reach real servers, over plain HTTP");
    serve->add_flag("-q,--quiet", p.serve.common.quiet, "Say nothing but what is wrong");
    serve->add_flag("--no-color", p.serve.common.no_color, "No colour, even on a terminal");
    serve->footer(
        "Speaks CouchDB 3.5's HTTP interface: curl, PouchDB and the like feel at home. Contents\n"
        "are in memory and gone when it ends. Each request runs in virtual time: while somebody\n"
        "waits the simulation runs ahead, else it goes on at the wall's rate. Break nodes\n"
        "meanwhile with `glasshive ctl`. Replications reach the cluster's own databases, and with\n"
        "--outbound those of real servers, whose answers a recording keeps. https is refused.\n"
        "Example:\n"
        "  glasshive serve --couchdb 127.0.0.1:5984 --nodes 3 --admin adm:pass\n"
        "  curl http://adm:pass@127.0.0.1:5984/_membership\n"
        "Exit status: 0 when it was told to end; 2 when a word or an address is wrong.");
    serve->callback([&p, seed] {
        if (seed->count() > 0) p.serve.seed = p.serve_seed;
        p.chosen = [&p] { return serve_command(p.serve); };
    });
    add_ctl(p);
}

}   // namespace glasshive::cli
