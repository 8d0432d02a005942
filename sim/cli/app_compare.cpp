// The words of glasshive compare.
#include <algorithm>
#include <sstream>

#include "cli/app_parts.h"
#include "compare/execute.h"

namespace glasshive::cli {

static void add_trace(CLI::App& command, CompareOptions& options) {
    command
        .add_option("TRACE", options.input,
                    "Scenario (.yaml, .lua), log of batch jobs (.swf; Batsim's .json) or trace "
                    "(.csv); plain, or packed as .gz or .zst")
        ->type_name("INPUT");
    command
        .add_option("--machines", options.machines,
                    "Machines for a trace: name,cpus[,memory,gpus,model,idle_watts,peak_watts,"
                    "price,count]. Without a trace, tasks are drawn by chance")
        ->type_name("FILE");
    command
        .add_option("--failures", options.failures,
                    "Failures of those machines: machine,at[,down], in seconds")
        ->type_name("FILE");
    command
        .add_option("--openb-nodes", options.openb_nodes,
                    "Nodes of an openb trace: sn,cpu_milli,memory_mib,gpu,model")
        ->type_name("FILE");
    command
        .add_option("--openb-pods", options.openb_pods,
                    "Its pods: name,cpu_milli,memory_mib,num_gpu,gpu_milli[,gpu_spec]")
        ->type_name("FILE");
    command
        .add_option("--orders", options.orders,
                    "In which order pods arrive and equal nodes are taken, by seed; without it "
                    "each seed draws one")
        ->type_name("FILE");
}

static void add_matrix(CLI::App& command, CompareOptions& options) {
    command
        .add_option("--policy", options.policies,
                    "Policies: built-in names or files in Lua, with commas or repeated")
        ->type_name("A,B.lua")
        ->delimiter(',')
        ->take_all();
    add_parameters(command, options.parameters, "A parameter of the policies in Lua");
    command
        .add_option("--pin", options.pins,
                    "Of a trace: what if this task (its name, or #17) ran there? Each policy is "
                    "also run with it")
        ->type_name("TASK=MACHINE")
        ->expected(1)
        ->take_all();
    command
        .add_option("--capacity", options.capacity,
                    "Of a trace, or tasks by chance: what is the least number of machines with "
                    "which this holds (any metric; <, <=, >, >=)? For each policy")
        ->type_name("'METRIC < N'");
    command
        .add_option("--set", options.set,
                    "An option of the workload; see below. Of a scenario: one of its values, by "
                    "its path, or a parameter of its scripts")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    command
        .add_option("--vary", options.vary,
                    "The same with several values, one after the other: "
                    "services.web.replicas=3,6")
        ->type_name("KEY=A,B")
        ->expected(1)
        ->take_all();
    command
        .add_option("--metric", options.metrics,
                    "Report these alone: fewer comparisons, so smaller differences can be shown")
        ->type_name("A,B")
        ->delimiter(',')
        ->take_all();
    CLI::Option* seed = command.add_option("-s,--seed", options.seed, "Seeds, with commas")
                            ->type_name("N,M")
                            ->delimiter(',')
                            ->take_all();
    seed->check(not_a_seed);
    command.add_option("--seeds", options.seeds, "So many seeds: 1, 2, 3, …")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000))
        ->excludes(seed);
}

/// From the same table as the reader.
static std::string options_text() {
    std::string text;
    const std::pair<compare::Kind, const char*> kinds[] = {
        {compare::Kind::batch, "a log of batch jobs"}, {compare::Kind::tasks, "a trace, or none"}};
    for (const auto& [kind, called] : kinds) {
        text += std::string("  ") + called + ":\n";
        for (const compare::OptionInfo& option : compare::option_names(kind)) {
            const std::string head = std::string("    ") + option.name + "=";
            text += head + std::string(head.size() < 17 ? 17 - head.size() : 1, ' ') + option.doc +
                    "\n" + std::string(17, ' ') + "(" + option.values +
                    "; without: " + option.otherwise + ")\n";
        }
    }
    return text;
}

/// Who does the runs.
static void add_engine(CLI::App& command, CompareOptions& options) {
    command.add_option("-j,--jobs", options.jobs, "Processes at a time; one per core without it")
        ->type_name("N")
        ->check(CLI::Range(1, 4096));
    command
        .add_option("--engine", options.engine,
                    "Where runs are done: here (local) or as a job array (slurm)")
        ->type_name("NAME")
        ->check(CLI::IsMember({"local", "slurm"}))
        ->capture_default_str();
    command
        .add_option("--engine-option", options.engine_options,
                    "Words for sbatch: '--partition=short --time=10'")
        ->type_name("WORDS")
        ->expected(1)
        ->take_all();
}

void add_compare(App::Parts& p) {
    CLI::App* command = p.app.add_subcommand(
        "compare", "Run policies on one workload under the same seeds, and compare them");
    add_trace(*command, p.compare);
    add_matrix(*command, p.compare);
    add_engine(*command, p.compare);
    command->add_option("-o,--out", p.compare.out, "Folder for the results")->type_name("DIR");
    CLI::Option* plan = command->add_flag("--plan-only", p.compare.plan_only,
                                          "Write DIR/plan.json and run nothing");
    CLI::Option* shard =
        command->add_option("--shard", p.shard, "Do run N of DIR/plan.json, and nothing else")
            ->type_name("N")
            ->check(CLI::Range(std::size_t{0}, std::size_t{100'000'000}))
            ->excludes(plan);
    command
        ->add_flag("--collect", p.compare.collect,
                   "Make the tables from the runs that are done in DIR")
        ->excludes(plan)
        ->excludes(shard);
    command->add_flag("-q,--quiet", p.compare.common.quiet, "Print no table");
    add_common(*command, p.compare.common, "Print the report, or problems, as JSON");
    command->footer(
        "Options by kind of workload (--set, --vary):\n" + options_text() +
        "Each run is a process of its own, and every one that is done lies in DIR/runs: begun\n"
        "again after a kill, the same words go on where they were. Results do not depend on the\n"
        "number of jobs. --engine slurm submits what is missing by sbatch, waits for it, and\n"
        "collects; Ctrl-C cancels it. On other machines: --plan-only, then --shard N for each\n"
        "run, anywhere that sees DIR and the trace, then --collect:\n"
        "  seq 0 59 | parallel glasshive compare --out DIR --shard {}\n"
        "DIR/report.html is one page that needs nothing else; report.json and four tables (.csv)\n"
        "have what it says, plots/ its pictures. Of an openb trace:\n"
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
