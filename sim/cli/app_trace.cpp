// The words of glasshive trace.
#include "cli/app_parts.h"
#include "cli/trace_change.h"
#include "cli/trace_formats.h"

namespace glasshive::cli {

static void add_options(std::string& text, const std::vector<compare::OptionInfo>& options) {
    for (const compare::OptionInfo& option : options) {
        const std::string head = std::string("    ") + option.name + "=";
        text += head + std::string(head.size() < 17 ? 17 - head.size() : 1, ' ') + option.doc +
                "\n" + std::string(17, ' ') + "(" + option.values +
                "; without: " + option.otherwise + ")\n";
    }
}

/// From the same table as the reader.
static std::string formats_text() {
    std::string text = "Formats (--from):\n";
    for (const TraceFormat& format : trace_formats()) {
        std::string whats;
        for (const TraceWhat what : {TraceWhat::tasks, TraceWhat::machines, TraceWhat::failures}) {
            if (format.tells(what)) {
                whats += (whats.empty() ? "" : ", ") +
                         std::string(trace_whats[static_cast<std::size_t>(what)]);
            }
        }
        const std::string head = std::string("  ") + format.name;
        text += head + std::string(17 - head.size(), ' ') + format.doc + "\n" +
                std::string(17, ' ') + "(" + whats + ")\n";
        add_options(text, format.options);
    }
    text += "Changes to any of them (--set), of tasks; failures have window alone:\n";
    add_options(text, trace_change_options(TraceWhat::tasks));
    return text;
}

static void add_convert_words(CLI::App& convert, TraceOptions& options) {
    std::vector<std::string> formats;
    for (const TraceFormat& format : trace_formats()) formats.emplace_back(format.name);
    convert
        .add_option("FILE", options.files,
                    "Trace, plain or packed; several are its parts, in their order")
        ->type_name("INPUT")
        ->required();
    convert
        .add_option("--from", options.from,
                    "Format; without it by the name: .swf, .json (Batsim's), else openb")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(formats));
    convert.add_option("--what", options.what, "What to write; tasks without it")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"tasks", "machines", "failures"}));
    convert.add_option("--set", options.set, "An option of the format, or a change; see below")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
}

void add_traces(App::Parts& p) {
    CLI::App* trace = p.app.add_subcommand("trace", "Make traces, or turn others into plain ones");
    trace->require_subcommand(1);
    CLI::App* generate = trace->add_subcommand(
        "generate", "Write tasks drawn by chance: arrivals, run times, sizes");
    generate->add_option("--set", p.trace.set, "What is drawn, as of glasshive compare")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->take_all();
    CLI::App* convert =
        trace->add_subcommand("convert", "Write the tasks, machines or failures of a public trace");
    add_convert_words(*convert, p.trace);
    trace->footer(
        "Both write plain formats to standard output: comma-separated, with a header. Tasks:\n"
        "name,submit,run,estimate,cpus,memory,gpus,gpu_milli,models,priority,gang;\n"
        "machines: name,cpus,memory,gpus,model; failures: machine,at,down. Times are in\n"
        "seconds, memory is in MiB. glasshive compare reads them, also from a pipe:\n"
        "  glasshive trace generate --set tasks=1e5 | glasshive compare - --machines M.csv\n"
        "    --policy spread --out DIR\n"
        "  glasshive trace convert --from google-2011 --set window=600:87000 part-*.csv.gz\n" +
        formats_text());
    for (CLI::App* each : {generate, convert}) {
        each->add_option("-s,--seed", p.trace.seed, "Seed of every random stream")
            ->check(not_a_seed);
        each->add_flag("--no-color", p.trace.common.no_color, "No colour, even on a terminal");
        each->footer("");
    }
    convert->footer(formats_text());
    generate->callback([&p] { p.chosen = [&p] { return generate_trace_command(p.trace); }; });
    convert->callback([&p] { p.chosen = [&p] { return convert_trace_command(p.trace); }; });
}

}   // namespace glasshive::cli
