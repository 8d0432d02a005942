// Goal: an event is stamped, typed and numbered in order. Method: a sink that keeps what it is
// given.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/event.h"

using namespace glasshive;

namespace {

constexpr EventKind node_ready{.id = 1,
                               .name = "node.ready",
                               .subject = "node",
                               .doc = "A node registered.",
                               .fields = {{{"role", FieldType::name, "manager or worker"},
                                           {"note", FieldType::text, "free text"}}},
                               .state = "ready"};

struct Keeper final : EventSink {
    std::vector<Event> events;
    std::vector<std::string> texts;
    void on_event(const Event& event, std::string_view text) override {
        events.push_back(event);
        texts.emplace_back(text);
    }
};

}   // namespace

TEST_CASE("events are numbered from one and keep their long text beside them", "[base][event]") {
    Names names;
    EventStream stream{names};
    Keeper keeper;
    stream.add_sink(&keeper);
    const NameId w1 = names.intern("w1");
    const EventId first = stream.emit(time_of_ns(5), scenario_cause, node_ready, w1,
                                      {field::name(names.intern("worker")), field::text("hello")});
    stream.emit(time_of_ns(7), first, node_ready, w1, {});
    REQUIRE(keeper.events.size() == 2);
    REQUIRE(number_of(keeper.events[0].id) == 1);
    REQUIRE(keeper.texts[0] == "hello");
    REQUIRE(keeper.events[1].cause == first);
    REQUIRE(keeper.events[1].fields[0].integer == static_cast<std::int64_t>(NameId::none));
}

TEST_CASE("a registry finds kinds by number and by name", "[base][event]") {
    EventRegistry registry;
    const EventKind* const kinds[] = {&node_ready};
    registry.add(kinds);
    REQUIRE(registry.find(1) == &node_ready);
    REQUIRE(registry.find("node.ready") == &node_ready);
    REQUIRE(registry.find(2) == nullptr);
    REQUIRE(registry.find("node.gone") == nullptr);
}
