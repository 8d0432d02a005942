#include "console/words.h"

#include <algorithm>
#include <sstream>

#include "yaml/units.h"

namespace glasshive::console {

const std::vector<Word>& all_words() {
    static const std::vector<Word> words{
        {"run", "run TIME | +DURATION | end | event KIND [SUBJECT]", "let time pass",
         "run 90s        to an instant\n"
         "run +5s        so much further\n"
         "run end        to the end of the run\n"
         "run event task.failed web.*\n"
         "               up to the queue entry in which such an event happens. * stands for any\n"
         "               text; docs/reference/events.md lists the kinds\n"
         "Ctrl-C pauses it where it is."},
        {"step", "step [N]", "one entry of the queue, or N",
         "An entry is a timer, a message that arrives, a transfer that ends: the smallest step.\n"
         "Many say nothing that is shown; `verbosity 3` shows all that they say."},
        {"time", "time", "where the run stands", ""},
        {"inspect", "inspect [KIND] [NAME]", "what is so at this instant",
         "inspect            the run, its services and nodes\n"
         "inspect node w1    every field of one node, service, task, host, container, link…\n"
         "inspect web.1      whatever bears that name\n"
         "inspect node       the names there are\n"
         "What it shows is folded from the events so far, the managers' belief and the hosts' truth\n"
         "side by side."},
        {"ps", "ps [SERVICE] [TIME]", "tasks, as docker service ps", ""},
        {"services", "services [TIME]", "services, as docker service ls", ""},
        {"nodes", "nodes [TIME]", "nodes, as docker node ls", ""},
        {"explain", "explain SUBJECT [TIME]", "why something is as it is",
         "A task (web.1), service, node or host; leader; update of web; or an event (#12)."},
        {"events", "events [KIND [SUBJECT]]", "what happened so far",
         "events task.* web.1    with patterns all levels are shown, without them the present one"},
        {"sql", "sql SELECT…", "ask the recording",
         "Views: events(id, t, t_ns, kind, subject, cause, attrs), samples(t, series, subject,\n"
         "value), meta(key, value)."},
        {"docker", "docker COMMAND…", "any docker line, now",
         "Typed at a terminal outside that reaches a manager; docs/reference/docker.md says which\n"
         "commands and flags have a meaning. Files are those that the scenario includes."},
        {"scale", "scale SERVICE=N", "docker service scale", ""},
        {"update", "update SERVICE IMAGE", "docker service update --image", ""},
        {"drain", "drain HOST", "docker node update --availability drain", ""},
        {"pause", "pause HOST", "docker node update --availability pause", ""},
        {"activate", "activate HOST", "docker node update --availability active", ""},
        {"fault", "fault {do: KIND, …}", "something breaks, now",
         "As in a scenario, without `at`: fault {do: power_off, host: w1, for: 30s}.\n"
         "docs/reference/scenario.md lists what there is."},
        {"commands", "commands", "what was given so far, and when", ""},
        {"rewind", "rewind TIME", "back to an earlier instant",
         "The run is made again up to TIME. What was given at or before TIME stays; what came\n"
         "later is dropped, and shown. The console compares the events up to there with those that\n"
         "there were, and says so. `branch` first keeps what would be dropped."},
        {"undo", "undo", "back to before the last thing given", ""},
        {"branch", "branch NAME [TIME]", "keep this line of history, and go on in another",
         "What there is stays under the name it has (at first: main); from now on you are in NAME.\n"
         "With TIME, NAME begins at that earlier instant: `rewind` that drops nothing."},
        {"branches", "branches", "the lines of history that are kept", ""},
        {"switch", "switch NAME", "to where another line of history stands",
         "It is made again, and compared with what it was."},
        {"save", "save FILE.yaml", "as a scenario that repeats the session",
         "The file names the scenario, the seed, what was given and where the session stands. It is\n"
         "run at once to prove it; the digest is the one that `glasshive run FILE.yaml` prints."},
        {"record", "record FILE.hive", "keep a recording of the run so far",
         "The run is made again with its end here, as `glasshive run --record` would."},
        {"verbosity", "verbosity 0…3", "how much is shown: faults only … everything", ""},
        {"help", "help [WORD]", "this, or more about one word", ""},
        {"quit", "quit", "judge the run where it stands, and leave", "Ctrl-D does the same."},
    };
    return words;
}

const Word* find_word(const std::string& name) {
    const auto& words = all_words();
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const Word& each) { return each.name == name; });
    return found == words.end() ? nullptr : &*found;
}

bool is_given_to_run(const std::string& word) {
    for (const char* each :
         {"docker", "scale", "update", "drain", "pause", "activate", "fault"}) {
        if (word == each) return true;
    }
    return false;
}

std::vector<std::string> split(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::string rest_after(const std::string& line, std::size_t count) {
    std::size_t at = line.find_first_not_of(" \t");
    for (; count > 0 && at != std::string::npos; --count) {
        at = line.find_first_of(" \t", at);
        at = line.find_first_not_of(" \t", at);
    }
    return at == std::string::npos ? "" : line.substr(at);
}

namespace {

std::size_t columns_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;   // "…" has three bytes.
    }));
}

}   // namespace

std::string help_text() {
    constexpr std::size_t columns = 24;
    std::string text;
    for (const Word& word : all_words()) {
        const std::size_t used = columns_of(word.usage);
        const bool fits = used <= columns;   // Else it has a line of its own.
        text += "  " + word.usage + (fits ? "" : "\n  ") +
                std::string(fits ? columns - used : columns, ' ') + "  " + word.summary + "\n";
    }
    return text + "TIME is a span since the start: 90s, 5m. `help WORD` says more.\n";
}

std::string help_text(const Word& word) {
    std::string text = word.usage + "\n    " + word.summary + "\n";
    std::istringstream lines(word.details);
    for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
    return text;
}

Diagnostic unknown_word(const std::string& word) {
    std::vector<std::string> names;
    for (const Word& each : all_words()) names.push_back(each.name);
    const std::string meant = nearest(word, names);
    return {.file = "console", .message = "there is no word " + yaml::quoted(word),
            .hint = meant.empty() ? "help lists them" : "did you mean " + meant + "?"};
}

Diagnostic wrong_usage(const Word& word) {
    return {.file = word.name, .message = "use: " + word.usage,
            .hint = word.details.empty() ? "" : "help " + word.name + " says more"};
}

Result<Time> instant_of(const std::string& text, const std::string& what) {
    const auto parsed = yaml::parse_duration(text);
    if (parsed) return Time{} + *parsed.value;
    return Diagnostic{.file = what, .message = yaml::quoted(text) + " is no instant",
                      .hint = "write a span since the start, such as 90s or 5m"};
}

}   // namespace glasshive::console
