#include "session/script_verdicts.h"

#include "director/events.h"

namespace glasshive::session {

void ScriptVerdicts::on_event(const Event& event, std::string_view) {
    const bool held = event.kind == director::events::held.id;
    if (!held && event.kind != director::events::not_held.id) return;
    const auto [found, fresh] = said_.try_emplace(event.subject);
    if (fresh) order_.push_back(event.subject);
    Said& said = found->second;
    const bool first_failure = !held && said.failed == 0;
    if ((held && said.failed == 0) || first_failure) {
        said.event = event.id;
        said.time = event.time;
        said.line = event.fields[0].integer;
    }
    ++(held ? said.held : said.failed);
}

std::vector<check::Verdict> ScriptVerdicts::verdicts() const {
    std::vector<check::Verdict> all;
    for (const NameId id : order_) {
        const Said& said = said_.at(id);
        const std::uint64_t times = said.held + said.failed;
        std::string figure = "line " + std::to_string(said.line) + " of the script, at " +
                             to_text(said.time.time_since_epoch());
        if (times > 1 && said.failed == 0) {
            figure += ", the last of " + std::to_string(times) + " times";
        }
        if (times > 1 && said.failed > 0) {
            figure += "; failed " + std::to_string(said.failed) + " of " + std::to_string(times) +
                      " times";
        }
        all.push_back({.outcome = said.failed > 0 ? check::Outcome::failed : check::Outcome::held,
                       .text = std::string(names_.text(id)),
                       .figure = std::move(figure),
                       .event = said.event,
                       .time = said.time});
    }
    return all;
}

}   // namespace glasshive::session
