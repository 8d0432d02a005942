#include "record/fixture.h"

#include <unistd.h>

namespace fixture {

std::string Folder::unique() {
    static int folders = 0;
    return std::to_string(::getpid()) + "_" + std::to_string(++folders);
}

Recorded::Recorded(record::RecorderOptions options, std::uint64_t seed, int count, bool close) {
    EventStream stream{names};
    record::DigestSink hash{registry(), names};
    stream.add_sink(&keeper);
    stream.add_sink(&hash);
    auto recorder = record::Recorder::open(std::move(options), registry(), names);
    SIM_ASSERT(recorder.ok());
    stream.add_sink(recorder.value().get());
    random_run(stream, seed, count);
    digest = hash.digest();
    if (!keeper.events.empty()) end = keeper.events.back().time;
    if (!close) return;
    const auto problem = recorder.value()->close({.end_time = end, .digest = digest});
    SIM_ASSERT(!problem);
}

}   // namespace fixture
