#include "door/callers/users.h"

#include <algorithm>
#include <utility>

#include "store/client_events.h"
#include "store/json/parse.h"

namespace glasshive::door::callers {

namespace events = store::client::events;

namespace json = store::json;

namespace {

constexpr std::uint32_t tag_turn = 1;

std::int64_t number_in(const std::string& body) {
    const json::Parsed parsed = json::parse(body);
    if (!parsed.ok()) return 0;
    const auto found = parsed.value.view().find("n");
    if (!found || !found->is(json::Type::integer)) return 0;
    return found->integer().value_or(0);
}

}   // namespace

Users::Users(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger,
             const store::ClientSpec& spec)
    : Caller(kernel, entrance, ledger, spec),
      chance_(kernel.rng("store/client/" + spec.name)) {}

void Users::on_start() {
    users_.assign(spec_.users, {});
    for (std::size_t user = 0; user < users_.size(); ++user) think(user);
}

void Users::think(std::size_t user) {
    if (users_[user].turns >= spec_.turns) return;
    const Time begin = std::max(kernel_.now(), Time{} + spec_.start);
    const Time at = begin + chance_.exponential(spec_.think_time);
    if (spec_.stop != Duration::max() && at >= Time{} + spec_.stop) return;
    kernel_.after(id(), at - kernel_.now(), tag_turn, user);
}

void Users::on_own_timer(std::uint32_t, std::uint64_t argument) {
    turn(static_cast<std::size_t>(argument));
}

void Users::turn(std::size_t which) {
    User& user = users_[which];
    ++user.turns;
    user.wants = false;
    user.document = store::numbered(spec_.document, 1 + chance_.below(spec_.keys));
    const bool edits = chance_.unit() < spec_.writes;
    if (edits) ++totals_.edits;
    read(which, edits);
}

std::size_t Users::next_member() { return member_of(spec_.hosts[next_++ % spec_.hosts.size()]); }

void Users::read(std::size_t user, bool edits) {
    const std::size_t member = next_member();
    std::string target = "/" + spec_.database + "/" + users_[user].document;
    if (spec_.r > 0) target += "?r=" + std::to_string(spec_.r);
    const Aim aim = aim_of("GET", target);
    ask(member, {"GET", target},
        [this, user, edits, aim, member, newest = newest_before(aim)](const Answer& answer) {
            note_read(aim, answer, newest, spec_.name, member);
            say(aim, member, answer);
            has_read(user, edits, answer);
        });
}

void Users::has_read(std::size_t which, bool edits, const Answer& answer) {
    User& user = users_[which];
    const bool there = answer.status == 200;
    if (!edits || (!there && answer.status != 404)) return think(which);
    const std::int64_t next = there ? number_in(answer.body) + 1 : 1;
    const std::string revision = there ? text_in(answer.body, "_rev") : "";
    if (user.wants && spec_.on_conflict == store::OnConflict::overwrite && next != user.value) {
        kernel_.emit(events::db_overwrite,
                     name(store().prefix + spec_.database + "/" + user.document),
                     {field::name(name(spec_.name)), field::name(name(revision))});
    } else {
        user.value = next;
    }
    user.wants = true;
    write(which, revision);
}

void Users::write(std::size_t which, const std::string& revision) {
    const User& user = users_[which];
    const std::size_t member = next_member();
    std::string target = "/" + spec_.database + "/" + user.document;
    const char* mark = "?";
    if (!revision.empty()) target += std::exchange(mark, "&") + ("rev=" + revision);
    if (spec_.w > 0) target += std::exchange(mark, "&") + ("w=" + std::to_string(spec_.w));
    // Whose edit it is makes it another revision than another user's of the same number.
    const std::string body = "{\"n\":" + std::to_string(user.value) + ",\"by\":\"" + spec_.name +
                             "-" + std::to_string(which + 1) + "\"}";
    const Aim aim = aim_of("PUT", target);
    ask(member, {"PUT", target, body}, [this, which, aim, member](const Answer& answer) {
        note_write(aim, answer);
        say(aim, member, answer);
        has_written(which, answer);
    });
}

void Users::has_written(std::size_t which, const Answer& answer) {
    if (answer.ok()) ++totals_.stored;
    if (answer.status == 409) {
        ++totals_.conflicts;
        if (spec_.on_conflict != store::OnConflict::give_up) return read(which, true);
    }
    think(which);
}

void Users::say(const Aim& aim, std::size_t member, const Answer& answer) {
    std::string text;
    if (std::string_view(aim.what) == "write" || answer.status == 0) text = answer.body;
    while (text.ends_with('\n')) text.pop_back();
    kernel_.emit(events::db_request, name(spec_.name),
                 {field::name(name(shown(aim))), field::name(name(aim.what)),
                  field::name(name(node_name(member))), field::integer(answer.status),
                  field::integer(0), field::text(text)});
}

}   // namespace glasshive::door::callers
