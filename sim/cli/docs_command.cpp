// Reference pages: the code is the source, the files under docs/reference a print of it.
#include <iostream>

#include "check/script/scripted_check.h"
#include "cli/commands.h"
#include "director/functions.h"
#include "policy/reference.h"
#include "scenario/scenario.h"
#include "script/reference.h"
#include "session/session.h"
#include "words/help.h"

namespace glasshive::cli {

namespace {

const char* type_word(FieldType type) {
    switch (type) {
        case FieldType::none: return "";
        case FieldType::integer: return "integer";
        case FieldType::real: return "number";
        case FieldType::name: return "text";
        case FieldType::duration: return "seconds";
        case FieldType::bytes: return "bytes";
        case FieldType::event: return "event id";
        case FieldType::text: return "long text";
    }
    return "";
}

void print_events_page(std::ostream& out) {
    out << "# Events\n\nGenerated from the program by `./dev docs`; do not edit.\n\n"
           "Every event has an id (from 1), a virtual time, a kind, a subject and a cause: the id\n"
           "of the event that brought it about, 0 for the scenario itself. In a recording's view\n"
           "`events` the fields below are the keys of the JSON object `attrs`. *State* is what\n"
           "the subject's state becomes; *level* the verbosity from which `glasshive run` shows it.\n";
    std::string noun;
    for (const EventKind* kind : session::all_events().all()) {
        const std::string before(kind->name.substr(0, kind->name.find('.')));
        if (before != noun) {
            noun = before;
            out << "\n## " << noun << ".*\n";
        }
        out << "\n### " << kind->name << "\n\n" << kind->doc << "\n\n"
            << "Subject: " << kind->subject << ". Number: " << kind->id << ". Level: "
            << kind->verbosity << ".";
        if (!kind->state.empty()) out << " State: " << kind->state << ".";
        if (kind->ends_subject) out << " Ends its subject.";
        out << "\n";
        if (kind->field_count() == 0) continue;
        out << "\n| field | type | meaning |\n|---|---|---|\n";
        for (std::size_t i = 0; i < kind->field_count(); ++i) {
            const FieldInfo& f = kind->fields[i];
            out << "| " << f.name << " | " << type_word(f.type) << " | " << f.doc << " |\n";
        }
    }
}

void print_lua_page(std::ostream& out) {
    out << "# Lua\n\nGenerated from the program by `./dev docs`; do not edit.\n\n"
           "Every script is Lua 5.4 in a sandbox of its own: no files, processes, network or\n"
           "clock; instructions and memory have budgets; `pairs` goes through numbers, then\n"
           "texts, in order; `math.random` draws from a stream of the run's seed. Views are\n"
           "read-only and there while the call lasts. `parameters` is what the scenario gives.\n"
           "The length of a table with holes (`#t`) is any of its borders, as Lua's manual has\n"
           "it, and may be another one in the next run: count yourself.\n\n"
           "## What every script finds\n\n"
        << script::library_reference() << '\n' << policy::reference() << '\n'
        << director::reference() << '\n' << check::check_reference();
}

}   // namespace

int docs_command(const std::string& page, const std::string& cli_page) {
    if (page == "events") print_events_page(std::cout);
    else if (page == "scenario") std::cout << scenario::reference_page();
    else if (page == "lua") print_lua_page(std::cout);
    else if (page == "docker") std::cout << words::reference_page();
    else std::cout << cli_page;
    return exit_ok;
}

}   // namespace glasshive::cli
