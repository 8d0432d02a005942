// The words of glasshive compare.
#include "cli/app_parts.h"

namespace glasshive::cli {

static void add_trace(CLI::App& command, CompareOptions& options) {
    command.add_option("--openb-nodes", options.openb_nodes,
                       "Nodes of an openb trace: sn,cpu_milli,memory_mib,gpu,model")
        ->type_name("FILE");
    command.add_option("--openb-pods", options.openb_pods,
                       "Its pods: name,cpu_milli,memory_mib,num_gpu,gpu_milli[,gpu_spec]")
        ->type_name("FILE");
    command.add_option("--orders", options.orders,
                       "In which order pods arrive and equal nodes are taken, by seed; without it "
                       "each seed draws one")
        ->type_name("FILE");
}

static void add_matrix(CLI::App& command, CompareOptions& options) {
    command.add_option("--policy", options.policies,
                       "Policies: built-in names or files in Lua, with commas or repeated")
        ->type_name("A,B.lua")
        ->delimiter(',')
        ->take_all();
    add_parameters(command, options.parameters, "A parameter of the policies in Lua");
    CLI::Option* seed = command.add_option("-s,--seed", options.seed, "Seeds, with commas")
                            ->type_name("N,M")
                            ->delimiter(',')
                            ->take_all();
    seed->check(not_a_seed);
    command.add_option("--seeds", options.seeds, "So many seeds: 1, 2, 3, …")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000))
        ->excludes(seed);
    command.add_option("-j,--jobs", options.jobs, "Processes at a time; one per core without it")
        ->type_name("N")
        ->check(CLI::Range(1, 4096));
}

void add_compare(App::Parts& p) {
    CLI::App* command = p.app.add_subcommand(
        "compare", "Run policies on one workload under the same seeds, and compare them");
    add_trace(*command, p.compare);
    add_matrix(*command, p.compare);
    command->add_option("-o,--out", p.compare.out, "Folder for the results")
        ->type_name("DIR");
    CLI::Option* plan = command->add_flag(
        "--plan-only", p.compare.plan_only, "Write DIR/plan.json and run nothing");
    CLI::Option* shard =
        command->add_option("--shard", p.shard, "Do run N of DIR/plan.json, and nothing else")
            ->type_name("N")
            ->check(CLI::Range(std::size_t{0}, std::size_t{100'000'000}))
            ->excludes(plan);
    command->add_flag("--collect", p.compare.collect,
                      "Make the tables from the runs that are done in DIR")
        ->excludes(plan)
        ->excludes(shard);
    command->add_flag("-q,--quiet", p.compare.common.quiet, "Print no names of files");
    add_common(*command, p.compare.common, "Print problems as JSON");
    command->footer(
        "Each run is a process of its own, and every one that is done lies in DIR/runs: begun\n"
        "again after a kill, the same words go on where they were. Results do not depend on the\n"
        "number of jobs. On other machines: --plan-only, then --shard N for each run, anywhere\n"
        "that sees DIR and the trace, then --collect:\n"
        "  seq 0 59 | parallel glasshive compare --out DIR --shard {}\n"
        "DIR/curves.csv has policy,seed,arrived,alloc,frag,frag_ratio (percent of all GPUs);\n"
        "DIR/placements.csv has policy,seed,row,pod,node (an empty node: dropped).\n"
        "Source of the experiment: \"Beware of Fragmentation\", USENIX ATC 2023.");
    command->callback([&p, shard] {
        p.chosen = [&p, shard] {
            if (shard->count() > 0) p.compare.shard = p.shard;
            return compare_command(p.compare);
        };
    });
}

}   // namespace glasshive::cli
