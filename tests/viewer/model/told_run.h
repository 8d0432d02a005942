#pragma once

#include <catch2/catch.hpp>

#include "record/fixture.h"
#include "record/recorder.h"
#include "viewer/model/seeker.h"
#include "viewer/model/story.h"

namespace glasshive::test {

/// A recording that is told event by event, under kinds of a test's own.
struct ToldRun {
    std::string path;
    EventRegistry registry;
    Names names;
    EventStream stream{names};
    std::unique_ptr<record::Recorder> recorder;

    ToldRun(const fixture::Folder& folder, std::span<const EventKind* const> kinds)
        : path(folder.file("told.hive")) {
        registry.add(kinds);
        record::RecorderOptions options;
        options.path = path;
        auto made = record::Recorder::open(options, registry, names);
        REQUIRE(made.ok());
        recorder = std::move(made.value());
        stream.add_sink(recorder.get());
    }
    FieldArgument name(std::string_view text) {
        return field::name(text.empty() ? NameId{} : names.intern(text));
    }
    EventId say(int seconds, const EventKind& kind, std::string_view subject,
                std::initializer_list<FieldArgument> arguments = {},
                EventId cause = scenario_cause) {
        return stream.emit(Time{} + std::chrono::seconds{seconds}, cause, kind,
                           names.intern(subject), arguments);
    }
    viewer::Glass end() {
        REQUIRE_FALSE(recorder->close({.end_time = Time{} + std::chrono::seconds{100}}));
        auto glass = viewer::Glass::open(path);
        REQUIRE(glass.ok());
        return std::move(glass.value());
    }
};

}   // namespace glasshive::test
