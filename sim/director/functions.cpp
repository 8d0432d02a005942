#include "director/functions.h"

#include <array>

#include "script/reference.h"

namespace glasshive::director {

namespace {

// Times and durations are numbers of seconds, or texts such as "1m30s".
constexpr std::array functions{
    script::FunctionInfo{"now", "()", "number", "Seconds since the run began."},
    script::FunctionInfo{"sleep", "(duration)", "nothing", "Goes on when that time has passed."},
    script::FunctionInfo{"at", "(time, function)", "nothing",
                         "Starts a coroutine at that instant of the run."},
    script::FunctionInfo{
        "every", "(duration, function)", "nothing",
        "Starts a coroutine again and again, first when that time has passed; until "
        "the function gives back false."},
    script::FunctionInfo{"spawn", "(function)", "nothing", "Starts a coroutine at this instant."},
    script::FunctionInfo{"wait_until", "(predicate, timeout?, interval?)", "boolean",
                         "Goes on when the function gives back something true: it is asked every "
                         "100 ms, or every interval. False: the time was over."},
    script::FunctionInfo{"wait_for", "(kinds, subject?, timeout?)", "table or nil",
                         "Goes on at the next such event, of that subject, and gives it back; nil: "
                         "the time was over."},
    script::FunctionInfo{"on", "(kinds, function)", "nothing",
                         "Starts a coroutine with each such event from now on."},
    script::FunctionInfo{
        "docker", "(line, {on = host}?)", "table",
        "Types `docker LINE`, at a terminal outside or at a host, and goes on when "
        "docker answers: `{exit_code, output}`. Waits up to 20 s for a leader."},
    script::FunctionInfo{
        "http.get", "(service, {port, enter, timeout}?)", "table",
        "Sends one request from outside and goes on with its answer: `{ok, latency, "
        "backend, entered, reason}`."},
    script::FunctionInfo{"expect", "(condition, text?)", "boolean",
                         "Says whether it is so; what is not so fails the run (exit 1)."},
    script::FunctionInfo{"note", "(text)", "nothing",
                         "Says something in the recording; so does print."},
    script::FunctionInfo{"sample", "(series, value, subject?)", "nothing",
                         "Records one reading of a gauge of the script's own."},
    script::FunctionInfo{"service", "(name)", "table or nil",
                         "As the managers believe: `{name, desired, running, completed}`."},
    script::FunctionInfo{"services", "()", "list of tables", "All of them."},
    script::FunctionInfo{"node", "(hostname)", "table or nil",
                         "`{name, state, availability, role, tasks}`."},
    script::FunctionInfo{"nodes", "()", "list of tables", "All of them."},
    script::FunctionInfo{"tasks", "(service?)", "list of tables",
                         "`{name, service, node, state, desired, error}` of a service, or of all."},
    script::FunctionInfo{
        "store.get", "(path, {store, node}?)", "table",
        "Sends one request to a store's node, as its first admin, and goes on with the answer: "
        "`{status, rows, answer}` and whatever plain members the answer has (`rev`, `_rev`, "
        "`error`, a document's own). Status 0: there is none. `node` is a host."},
    script::FunctionInfo{"store.put", "(path, body, {store, node}?)", "table",
                         "Likewise; the body is a table, or a text of JSON."},
    script::FunctionInfo{"store.post", "(path, body, {store, node}?)", "table", "Likewise."},
    script::FunctionInfo{"store.delete", "(path, {store, node}?)", "table", "Likewise."},
    script::FunctionInfo{"store.act", "(line)", "nothing",
                         "As a scenario's `store` commands: `crash node-2`, `split orders`."},
    script::FunctionInfo{"store.copies", "(database, {store}?)", "list of tables",
                         "Each file of it on a node's disk: `{host, node, range, runs, documents, "
                         "seq}`; of other kinds than couchdb none."},
    script::FunctionInfo{"store.differing", "(database, {store}?)", "number",
                         "How many documents' copies differ now."},
};

}   // namespace

const script::FunctionInfo& info_of(Do what) { return functions[static_cast<std::size_t>(what)]; }

script::FunctionInfo fault_info(const char* name) {
    return {name, "{…}", "nothing",
            "Strikes now, with the keys of a scenario's fault; `lasts` stands for `for`."};
}

std::string reference() {
    std::string text =
        "## Scenario scripts\n\n"
        "`script: FILE.lua` in a scenario. The file itself is the first coroutine, from the run's "
        "beginning on; in a scenario that is itself in Lua it is the function `script` of the "
        "table that the file gives back. Times and durations are seconds or texts such as "
        "`\"1m30s\"`; kinds of events are `\"task.running\"`, `\"task.*\"` or `\"*\"`. An event "
        "is a table with `kind`, `time`, `id`, `cause`, `subject` and its own fields.\n\n"
        "| function | gives | meaning |\n|---|---|---|\n";
    const auto add = [&](const script::FunctionInfo& info) {
        text += "| `" + std::string(info.name) + info.arguments + "` | " + info.type + " | " +
                info.doc + " |\n";
    };
    for (const script::FunctionInfo& info : functions) add(info);
    add(fault_info("fault.KIND"));
    return text;
}

}   // namespace glasshive::director
