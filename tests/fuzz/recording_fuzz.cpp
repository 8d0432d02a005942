// Goal: no bytes crash the reader of recordings, which come from strangers. Method: the input is
// either a whole file, or a list of changes to a sound one (SQLite's format is too strict for blind
// bytes to get far); whatever opens is read in every way there is.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "base/assert.h"
#include "record/export.h"
#include "record/info.h"
#include "record/query.h"
#include "record/recorder.h"
#include "record/recording.h"

using namespace glasshive;
using namespace glasshive::record;

namespace {

constexpr EventKind node_ready{.id = 1,
                               .name = "node.ready",
                               .subject = "node",
                               .doc = "A node registered.",
                               .fields = {{{"role", FieldType::name, "manager or worker"}}},
                               .state = "ready"};
constexpr EventKind task_running{.id = 2,
                                 .name = "task.running",
                                 .subject = "task",
                                 .doc = "A task runs.",
                                 .fields = {{{"node", FieldType::name, "where"},
                                             {"load", FieldType::real, "share of a CPU"},
                                             {"took", FieldType::duration, "since assigned"},
                                             {"why", FieldType::text, "reasons"}}},
                                 .state = "running"};
constexpr EventKind fault_struck{.id = 3,
                                 .name = "fault.struck",
                                 .subject = "node",
                                 .doc = "A fault struck.",
                                 .fields = {{{"bytes", FieldType::bytes, "lost"}}},
                                 .state = "down",
                                 .ends_subject = true};
constexpr const EventKind* all_kinds[] = {&node_ready, &task_running, &fault_struck};

/// A small recording with something in every table.
std::string sound_recording() {
    std::string path = "/tmp/glasshive_recording_fuzz.XXXXXX";
    const int handle = ::mkstemp(path.data());
    SIM_ASSERT(handle >= 0);
    ::close(handle);   // Empty: the recorder may replace it.
    Names names;
    EventRegistry registry;
    registry.add(all_kinds);
    EventStream stream{names};
    auto recorder = Recorder::open({.path = path,
                                    .meta = {{"seed", "1"}, {"file:a.yaml", "seed: 1\n"}},
                                    .keyframe_every = 5,
                                    .indexes = Indexes::always},
                                   registry, names);
    SIM_ASSERT(recorder.ok());
    stream.add_sink(recorder.value().get());
    for (std::int64_t i = 0; i < 60; ++i) {
        const Time now = time_of_ns(i * 300'000'000);
        const NameId node = names.intern("w" + std::to_string(i % 3));
        const EventId cause{number_of(stream.last()) / 2};
        if (i % 5 == 0) stream.emit(now, cause, node_ready, node, {field::name(node)});
        if (i % 7 == 0) stream.emit(now, cause, fault_struck, node, {field::bytes({i})});
        stream.emit(now, cause, task_running, names.intern("web." + std::to_string(i % 4)),
                    {field::name(node), field::real(0.5), field::duration(Duration{i}),
                     field::text("fits best")});
        if (i % 9 == 0) recorder.value()->on_command(now, "scale web=" + std::to_string(i));
        stream.sample({now, names.intern("cpu"), node, static_cast<double>(i)});
    }
    SIM_ASSERT(!recorder.value()->close({.end_time = time_of_ns(18'000'000'000), .digest = "d"}));
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::remove(path.c_str());
    return bytes;
}

/// Four bytes each: where (24 bits) and what. A change beyond the end cuts the file off there.
std::string changed(std::string bytes, const std::uint8_t* data, std::size_t size) {
    for (std::size_t i = 0; i + 4 <= size; i += 4) {
        const std::size_t at =
            std::size_t{data[i]} << 16 | std::size_t{data[i + 1]} << 8 | data[i + 2];
        if (bytes.empty()) break;
        if (at >= 2 * bytes.size()) {
            bytes.resize(at % bytes.size());
        } else {
            bytes[at % bytes.size()] = static_cast<char>(data[i + 3]);
        }
    }
    return bytes;
}

void read_all(Recording& recording) {
    std::ostringstream out;
    std::ostringstream errors;
    info(recording, true, out, errors);
    for (const ExportFormat format :
         {ExportFormat::jsonl, ExportFormat::csv, ExportFormat::perfetto}) {
        export_recording(recording, format, out, errors);
    }
    for (const char* sql : {"SELECT subject, kind, count(*), max(attrs) FROM events GROUP BY 1, 2",
                            "SELECT * FROM events WHERE subject = 'web.1' AND cause > 3",
                            "SELECT s.*, m.* FROM samples AS s, meta AS m ORDER BY value",
                            "SELECT * FROM commands"}) {
        query(recording, sql, TableFormat::aligned, out, errors);
    }
    (void)recording.commands();
    (void)recording.newest_time();
    recording.state_at(time_of_ns(9'000'000'000));
    recording.sample_buckets(NameId{0}, NameId{1}, 4, Time{}, time_never);
    recording.event_buckets(1, 4, Time{}, time_never);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string sound = sound_recording();
    if (size == 0) return 0;
    const bool whole = data[0] == 'S';   // As every SQLite file begins.
    std::string bytes = whole ? std::string(reinterpret_cast<const char*>(data), size)
                              : changed(sound, data + 1, size - 1);
    auto recording = Recording::from_bytes(std::move(bytes), {.operations_max = 300'000});
    if (recording.ok()) read_all(recording.value());
    return 0;
}
