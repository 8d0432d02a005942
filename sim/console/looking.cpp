// What is so, and what was: all of it out of the recording.
#include <algorithm>
#include <sstream>

#include "base/assert.h"
#include "console/console.h"
#include "console/subjects.h"
#include "explain/tables.h"
#include "record/query.h"

namespace glasshive::console {

using Words = std::vector<std::string>;

namespace {

/// "1 service", "3 services".
std::string counted(std::size_t n, const std::string& noun) {
    return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

/// The file is the console's own affair.
Diagnostics without_file(Diagnostics problems, const std::string& word) {
    for (Diagnostic& problem : problems) problem.file = word;
    return problems;
}

}   // namespace

Console::Done Console::time() {
    const scenario::ScenarioSpec& spec = options_.spec;
    screen_.out() << "at        " << exact_text(run_->now()) << " of " << exact_text(spec.duration)
                  << "\nevents    " << number_of(run_->newest()) << "\nscenario  "
                  << options_.file << "\nseed      " << spec.seed << "\nprofile   "
                  << scenario::to_text(spec.profile) << "\nline      " << lines_.present().name
                  << ", " << counted(lines_.present().given.size(), "command") << " given\n";
    return Done::well;
}

Console::Done Console::table(const Words& words) {
    const std::string& which = words[0];
    Words rest(words.begin() + 1, words.end());
    Time until = run_->now();
    if (!rest.empty()) {
        const auto at = instant_of(rest.back(), which);
        // `ps web`: only what begins like a span is one.
        const bool meant = std::isdigit(static_cast<unsigned char>(rest.back().front())) != 0;
        if (at.ok()) until = at.value();
        else if (meant || which != "ps") return wrong(at.problems().front());
        if (at.ok()) rest.pop_back();
    }
    if (rest.size() > (which == "ps" ? 1 : 0)) return wrong(wrong_usage(*find_word(which)));
    auto read = explain::tables_at(run_->recording(), until);
    if (!read.ok()) return wrong(without_file(read.problems(), which).front());
    explain::Tables& tables = read.value();
    if (which == "nodes") {
        screen_.out() << words::node_table(tables.nodes);
    } else if (which == "services") {
        screen_.out() << words::service_table(tables.services);
    } else {
        if (!rest.empty()) {
            std::erase_if(tables.tasks, [&](const words::TaskRow& row) {
                return row.name.rfind(rest[0] + ".", 0) != 0;
            });
            if (tables.tasks.empty()) {
                return wrong({.file = "ps", .message = "no such service: " + rest[0],
                              .hint = "inspect service lists them"});
            }
        }
        screen_.out() << words::task_table(tables.tasks);
    }
    return Done::well;
}

Console::Done Console::explain(const std::string& line) {
    std::string subject = rest_after(line, 1);
    Time until = run_->now();
    const Words words = split(subject);
    if (words.empty()) return wrong(wrong_usage(*find_word("explain")));
    if (words.size() > 1) {
        const auto at = instant_of(words.back(), "explain");
        if (at.ok()) {
            until = at.value();
            subject.erase(subject.find_last_of(' '));
            subject.erase(subject.find_last_not_of(' ') + 1);
        }
    }
    const auto story = explain::explain(run_->recording(), subject, until);
    if (!story.ok()) return wrong(without_file(story.problems(), "explain").front());
    screen_.story(story.value());
    return Done::well;
}

Console::Done Console::events(const Words& words) {
    if (words.size() > 3) return wrong(wrong_usage(*find_word("events")));
    session::EventPattern pattern;
    if (words.size() > 1) pattern.kind = words[1];
    if (words.size() > 2) pattern.subject = words[2];
    const Diagnostics unknown = pattern.check(run_->recording().registry());
    if (!unknown.empty()) return wrong(unknown.front());
    screen_.events(run_->newest(), pattern, words.size() > 1);
    return Done::well;
}

Console::Done Console::sql(const std::string& text) {
    if (text.empty()) return wrong(wrong_usage(*find_word("sql")));
    std::ostringstream errors;
    const int status = record::query(run_->recording(), text, record::TableFormat::aligned,
                                     screen_.out(), errors);
    if (status == 0) return Done::well;
    std::string said = errors.str();
    while (!said.empty() && said.back() == '\n') said.pop_back();
    const std::string file = run_->recording().path() + ": ";
    if (said.starts_with(file)) said.erase(0, file.size());
    if (said.starts_with("query: ")) said.erase(0, 7);
    return wrong({.file = "sql", .message = said});
}

Console::Done Console::inspect(const Words& words) {
    if (words.size() > 3) return wrong(wrong_usage(*find_word("inspect")));
    if (words.size() == 1) return inspect_all();
    if (words.size() == 2 && words[1] == "time") return time();
    if (words.size() == 2 && words[1] == "commands") return commands();
    auto read = Subjects::of(run_->recording(), run_->newest());
    if (!read.ok()) return wrong(without_file(read.problems(), "inspect").front());
    const Subjects& subjects = read.value();
    const bool kind_given = subjects.has_kind(words[1]);
    if (kind_given && words.size() == 2) {
        for (const std::string& name : subjects.names(words[1])) screen_.out() << name << "\n";
        return Done::well;
    }
    const std::string kind = kind_given ? words[1] : "";
    const std::string& name = words.back();
    if (words.size() == 3 && !kind_given) {
        const std::string meant = nearest(words[1], subjects.kinds());
        return wrong({.file = "inspect", .message = "nothing is a " + words[1],
                      .hint = meant.empty() ? "there are " + joined(subjects.kinds())
                                            : "did you mean " + meant + "?"});
    }
    const std::string text = subjects.text_of(kind, name);
    if (!text.empty()) {
        screen_.out() << text;
        return Done::well;
    }
    const std::string meant = nearest(name, subjects.names(kind));
    return wrong({.file = "inspect", .message = (kind.empty() ? "nothing" : "no " + kind) +
                                                " is called " + name + " now",
                  .hint = !meant.empty() ? "did you mean " + meant + "?"
                          : kind.empty() ? "inspect service, node or task lists names; explain "
                                           "tells of what is over"
                                         : "inspect " + kind + " lists the names"});
}

Console::Done Console::inspect_all() {
    time();
    auto read = explain::tables_at(run_->recording(), run_->now());
    if (!read.ok()) return wrong(without_file(read.problems(), "inspect").front());
    screen_.out() << "\n" << words::node_table(read.value().nodes) << "\n"
                  << words::service_table(read.value().services);
    return Done::well;
}

}   // namespace glasshive::console
