#pragma once

#include <chrono>
#include <thread>

#include <GLFW/glfw3.h>
#include <catch2/catch.hpp>

#include "viewer/app/hand.h"

/// What stories of a run that somebody plays with are told with.
namespace glasshive::viewer {

inline Time at(double seconds) { return time_of_ns(static_cast<std::int64_t>(seconds * 1e9)); }

/// A scenario, live ("02_node_crash").
inline Hand playing(const std::string& scenario, int width = 1280, int height = 800) {
    return Hand({.file = SOURCE_DIR "/scenarios/" + scenario + ".yaml", .live = true}, width,
                height);
}

/// Frames until it is so, ten seconds at most.
template <class So>
bool soon(Hand& hand, So so) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!so()) {
        if (std::chrono::steady_clock::now() > until) return false;
        hand.frame();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

/// Waits for what becomes of a command, and until the recording shows it.
inline void answered(Hand& hand) {
    REQUIRE(hand.view().wait_for_run());
    hand.rest(3);
    REQUIRE(soon(hand, [&] { return hand.view().glass().last() >= hand.view().live()->newest; }));
    hand.rest(3);
}

/// Types a line into the command line and waits for what becomes of it.
inline void command(Hand& hand, const std::string& line) {
    hand.click("run/command");
    hand.type(line);
    hand.press(GLFW_KEY_ENTER);
    answered(hand);
}

/// "on", "off", "active"…; "none" of what is not there at the playhead.
inline std::string state_of(Hand& hand, std::string_view type, std::string_view name) {
    const record::State& state = hand.view().now().state;
    const NameId id = hand.view().glass().recording().names().find(name);
    const auto which = state.type_named(type);
    const record::StateRow* row = which ? state.find(*which, id) : nullptr;
    return row != nullptr ? std::string(state.state_text(*row)) : "none";
}

inline std::string selected(Hand& hand) {
    return std::string(hand.view().glass().text(hand.view().selection().subject));
}

/// The name of the first thing drawn whose name begins with `start`; "" of none.
inline std::string seen_first(Hand& hand, const std::string& start) {
    for (const auto& [name, rect] : hand.view().hits().all()) {
        if (name.compare(0, start.size(), start) == 0) return name;
    }
    return "";
}

}   // namespace glasshive::viewer
