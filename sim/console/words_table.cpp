// The words of the console: what the parser, its help and completion know of them.
#include "console/words.h"

namespace glasshive::console {

namespace {

/// Time passes.
std::vector<Word> words_of_time() {
    return {
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
    };
}

/// What is, and what was.
std::vector<Word> words_to_look() {
    return {
        {"inspect", "inspect [KIND] [NAME]", "what is so at this instant",
         "inspect            the run, its services and nodes\n"
         "inspect node w1    every field of one node, service, task, host, container, link…\n"
         "inspect web.1      whatever bears that name\n"
         "inspect node       the names there are\n"
         "What it shows is folded from the events so far: the managers' belief and the hosts'\n"
         "truth side by side."},
        {"ps", "ps [SERVICE] [TIME]", "tasks, as docker service ps", ""},
        {"services", "services [TIME]", "services, as docker service ls", ""},
        {"nodes", "nodes [TIME]", "nodes, as docker node ls", ""},
        {"explain", "explain SUBJECT [TIME]", "why something is as it is",
         "A task (web.1), service, node or host; leader; update of web; or an event (#12)."},
        {"events", "events [KIND [SUBJECT]]", "what happened so far",
         "events task.* web.1    with patterns all levels are shown, else the present one"},
        {"sql", "sql SELECT…", "ask the recording",
         "Views: events(id, t, t_ns, kind, subject, cause, attrs), samples(t, series, subject,\n"
         "value), meta(key, value)."},
    };
}

/// What is given to the run.
std::vector<Word> words_given() {
    return {
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
        {"heal", "heal NUMBER", "a fault ends, now",
         "Its number is that of its events, from 1; what it had planned is dropped."},
        {"store", "store VERB …", "what an operator does to a document store",
         "store crash, start, join or leave HOST; store split DATABASE [RANGE];\n"
         "store add or remove DATABASE RANGE HOST. As a scenario's commands."},
        {"on", "on HOST docker …", "a line of docker's, typed at a host",
         "As a scenario's `on:`. There, and there alone, containers can be killed:\n"
         "on w1 docker kill web.1"},
        {"commands", "commands", "what was given so far, and when", ""},
    };
}

/// The run is made again, or kept.
std::vector<Word> words_of_the_past() {
    return {
        {"rewind", "rewind TIME", "back to an earlier instant",
         "The run is made again up to TIME. What was given at or before TIME stays; what came\n"
         "later is dropped, and shown. The console compares the events up to there with those\n"
         "that there were, and says so. `branch` first keeps what would be dropped."},
        {"undo", "undo", "back to before the last thing given", ""},
        {"branch", "branch NAME [TIME]", "keep this line of history, and go on in another",
         "What there is stays under the name it has (at first: main); from now on you are in\n"
         "NAME. With TIME, NAME begins at that earlier instant: `rewind` that drops nothing."},
        {"branches", "branches", "the lines of history that are kept", ""},
        {"switch", "switch NAME", "to where another line of history stands",
         "It is made again, and compared with what it was."},
        {"save", "save FILE.yaml", "as a scenario that repeats the session",
         "The file names the scenario, the seed, what was given and where the session stands. It\n"
         "is run at once to prove it; the digest is the one of `glasshive run FILE.yaml`."},
        {"record", "record FILE.hive", "keep a recording of the run so far",
         "The run is made again with its end here, as `glasshive run --record` would."},
    };
}

/// About the console itself.
std::vector<Word> words_of_the_console() {
    return {
        {"verbosity", "verbosity 0…3", "how much is shown: faults only … everything", ""},
        {"help", "help [WORD]", "this, or more about one word", ""},
        {"quit", "quit", "judge the run where it stands, and leave", "Ctrl-D does the same."},
    };
}

}   // namespace

const std::vector<Word>& all_words() {
    static const std::vector<Word> words = [] {
        std::vector<Word> all;
        for (const auto& some : {words_of_time(), words_to_look(), words_given(),
                                 words_of_the_past(), words_of_the_console()}) {
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }();
    return words;
}

}   // namespace glasshive::console
