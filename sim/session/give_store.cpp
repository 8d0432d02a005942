#include "session/give_store.h"

#include <utility>

#include "world/events.h"

namespace glasshive::session {

namespace {

/// In a replay nobody hears the answers.
class Unheard final : public door::couch::Reply {
  public:
    void answer(door::http::Head, std::string) override {}
    void begin(door::http::Head) override {}
    void write(std::string) override {}
    void end() override {}
    void drop() override {}
};

}   // namespace

void give(world::World& world, EventStream& stream, NameId subject, const StoreWord& word,
          std::shared_ptr<door::couch::Reply> reply) {
    const std::size_t number = std::visit([](const auto& each) { return each.store; }, word);
    if (number >= world.store_count()) return;
    door::couch::Front& store = world.store(number);
    if (const auto* request = std::get_if<StoreRequest>(&word)) {
        if (request->node >= store.cluster().size()) return;
        if (reply == nullptr) reply = std::make_shared<Unheard>();
        store.clients().send(request->node, request->request, request->wall, std::move(reply),
                             request->number);
    } else if (const auto* gone = std::get_if<StoreGone>(&word)) {
        store.clients().gone(gone->number);
    } else if (const auto* at = std::get_if<StoreAddress>(&word)) {
        store.resolver().set_address(at->address, at->node);
    } else if (const auto* set = std::get_if<StoreSetting>(&word)) {
        store.configure(set->section, set->key, set->value);
    } else if (std::holds_alternative<StoreOutbound>(word)) {
        store.open_outside();
    } else if (const auto* heard = std::get_if<StoreHeard>(&word)) {
        if (store.outside() != nullptr) store.outside()->heard(heard->number, heard->heard);
    } else if (const auto* node = std::get_if<StoreNode>(&word)) {   // StoreHung: watch_scripts().
        if (node->node >= store.cluster().size()) return;
        Names& names = world.kernel().names();
        const EventId event =
            stream.emit(world.now(), scenario_cause, world::events::command_applied, subject,
                        {field::name(names.intern("session")), field::name(names.intern("done")),
                         field::text((node->starts ? "start " : "crash ") +
                                     store.cluster().node(node->node).name())});
        const kernel::CauseScope scope(world.kernel(), event);
        if (node->starts)
            store.cluster().start(node->node);
        else
            store.cluster().crash(node->node, event);
    }
}

}   // namespace glasshive::session
