#include "door/callers/scripted.h"

#include "store/client_events.h"

namespace glasshive::door::callers {

namespace events = store::client::events;

namespace {
constexpr std::uint32_t tag_step = 1;
}

void Scripted::on_start() {
    for (std::size_t i = 0; i < spec_.steps.size(); ++i) {
        const Time at = Time{} + spec_.steps[i].at;
        if (at >= kernel_.now()) kernel_.after(id(), at - kernel_.now(), tag_step, i);
    }
}

void Scripted::on_own_timer(std::uint32_t, std::uint64_t argument) {
    take(spec_.steps[static_cast<std::size_t>(argument)]);
}

std::string Scripted::revision_of(const std::string& step, const std::string& what) const {
    const Answer* answer = ledger_.answer_of(step);
    if (answer == nullptr) return "";
    if (what == "conflict") return text_in(answer->body, "_conflicts");
    const std::string stored = text_in(answer->body, "rev");
    return stored.empty() ? text_in(answer->body, "_rev") : stored;
}

std::string Scripted::filled(const std::string& text, std::string& missing) const {
    std::string out;
    std::size_t at = 0;
    for (const store::Reference& each : store::references_in(text)) {
        const std::string revision = revision_of(each.step, each.what);
        if (revision.empty()) missing = each.what + " of " + each.step;
        out.append(text, at, each.begin - at);
        out += revision;
        at = each.end;
    }
    out.append(text, at, std::string::npos);
    return out;
}

void Scripted::take(const std::shared_ptr<const store::StepSpec>& taken) {
    const store::StepSpec& step = *taken;
    std::string missing;
    Asked asked{step.method, filled(step.target, missing), filled(step.body, missing)};
    if (!step.based_on.empty()) {
        const std::string revision = revision_of(step.based_on, "rev");
        if (revision.empty()) missing = "rev of " + step.based_on;
        asked.target +=
            (asked.target.find('?') == std::string::npos ? "?rev=" : "&rev=") + revision;
    }
    const std::size_t member = member_of(step.host);
    const Aim aim = aim_of(asked.method, asked.target);
    if (!missing.empty()) return answered(step, aim, member, {0, "there is no " + missing});
    const std::string text =
        asked.method + " " + asked.target + (asked.body.empty() ? "" : " " + asked.body);
    const EventId event = kernel_.emit(
        events::db_asked, name(step.name),
        {field::name(name(spec_.name)), field::name(name(node_name(member))), field::text(text)});
    const kernel::CauseScope scope(kernel_, event);
    ask(member, asked,
        [this, taken, aim, asked, member, newest = newest_before(aim),
         known = known_before(aim)](const Answer& answer) {
            note_read(aim, answer, newest, taken->name, member);
            note_query(aim, asked, answer, known, taken->name, member);
            note_write(aim, answer);
            answered(*taken, aim, member, answer);
        });
}

void Scripted::answered(const store::StepSpec& step, const Aim& aim, std::size_t member,
                        const Answer& answer) {
    ledger_.keep(step.name, answer);
    std::string text = answer.body;
    while (text.ends_with('\n')) text.pop_back();
    kernel_.emit(events::db_step, name(step.name),
                 {field::name(name(shown(aim))), field::name(name(aim.what)),
                  field::name(name(node_name(member))), field::integer(answer.status),
                  field::integer(rows_in(answer.body)), field::text(text)});
}

}   // namespace glasshive::door::callers
