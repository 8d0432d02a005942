// Goal: what a frame, a first picture and a jump in time cost the viewer. Method: recordings with
// the kinds of a real run, written by a process of their own; ImGui without any renderer, so that
// only our side of a frame is measured (thread CPU time of the window's thread).
#include <benchmark/benchmark.h>
#include <imgui.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/assert.h"
#include "harness.h"
#include "platform/events.h"
#include "record/recorder.h"
#include "runtime/events.h"
#include "swarm/events.h"
#include "viewer/app/view.h"

using namespace glasshive;
using bench::Figures;

namespace {

namespace rt = runtime::events;
namespace pl = platform::events;
namespace sw = swarm::events;

constexpr const EventKind* kinds[] = {
    &pl::fault_started, &pl::host_added,      &pl::host_off,          &pl::host_on,
    &sw::node_ready,    &sw::service_created, &rt::container_started, &rt::container_ended,
    &sw::task_new,      &sw::task_running,    &sw::task_failed,       &pl::link_added};

constexpr Duration between{1'000'000};   // Of two events: a millisecond.

/// Tells a run of `hosts` hosts in which tasks fail and start again, one after the other, until
/// there are `events` events; every thousandth round a host loses power for a while. Racks of 40
/// hosts hang from one switch each, and those from one.
class Teller {
  public:
    Teller(EventStream& stream, Names& names, std::int64_t hosts) : stream_(stream), names_(names) {
        for (std::int64_t i = 0; i < hosts; ++i) {
            hosts_.push_back(names.intern("n" + std::to_string(i)));
            tell(pl::host_added, hosts_.back(),
                 {zone(i), field::name(names.intern("r" + std::to_string(i / 40))), field::real(8),
                  field::real(1), field::bytes({std::int64_t{16} << 30})});
            tell(sw::node_ready, hosts_.back(), {field::name(names.intern("worker"))});
            const std::string rack = "s" + std::to_string(i / 40);
            link("n" + std::to_string(i), rack);
            if (i % 40 == 0) link(rack, "core");
        }
        for (int i = 0; i < 50; ++i) {
            services_.push_back(names.intern("service-" + std::to_string(i)));
            tell(sw::service_created, services_.back(),
                 {field::name(names.intern("replicated")), field::integer(hosts / 25),
                  field::name(names.intern("web:1"))});
        }
        tasks_.resize(static_cast<std::size_t>(hosts) * 2);
    }
    void run(std::int64_t events) {
        std::uint64_t x = 88172645463325252ULL;
        for (std::int64_t round = 0; count_ < events; ++round) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            replace(static_cast<std::size_t>(x % tasks_.size()));
            if (round % 1000 == 999) blink(hosts_[x / 7 % hosts_.size()]);
        }
    }
    Time now() const { return time_of_ns(count_ * between.count()); }

  private:
    FieldArgument zone(std::int64_t i) {
        return field::name(names_.intern("zone-" + std::to_string(i % 4)));
    }
    EventId tell(const EventKind& kind, NameId subject,
                 std::initializer_list<FieldArgument> fields) {
        ++count_;
        return stream_.emit(now(), scenario_cause, kind, subject, fields);
    }
    void link(const std::string& a, const std::string& b) {
        tell(pl::link_added, names_.intern(a + "-" + b),
             {field::name(names_.intern(a)), field::name(names_.intern(b)),
              field::integer(1'000'000'000)});
    }
    void replace(std::size_t slot) {
        const NameId host = hosts_[slot % hosts_.size()];
        const NameId service = services_[slot % services_.size()];
        NameId& task = tasks_[slot];
        if (task.valid()) {
            tell(rt::container_ended, task, {});
            tell(sw::task_failed, task,
                 {field::name(service), field::integer(1), field::name(host)});
        }
        // A slot's tasks take turns with two names: as many subjects as a bounded history keeps.
        const bool second = flip_ = !flip_;
        task = names_.intern(std::string(names_.text(service)) + "." + std::to_string(slot) +
                             (second ? ".b" : ".a"));
        tell(sw::task_new, task, {field::name(service), field::integer(1)});
        tell(rt::container_started, task, {field::name(host), field::name(service)});
        tell(sw::task_running, task, {field::name(service), field::integer(1), field::name(host)});
    }
    void blink(NameId host) {
        tell(pl::fault_started, names_.intern("fault." + std::to_string(count_)),
             {field::integer(1)});
        tell(pl::host_off, host, {});
        tell(pl::host_on, host, {});
    }

    EventStream& stream_;
    Names& names_;
    std::vector<NameId> hosts_, services_, tasks_;
    std::int64_t count_ = 0;
    bool flip_ = false;
};

/// words: path, hosts, events.
[[maybe_unused]] const bool writer = bench::child("viewer/write", [](const auto& words) {
    const bench::Stopwatch watch;
    const std::int64_t hosts = std::stoll(words[1]);
    EventRegistry registry;
    registry.add(kinds);
    Names names;
    EventStream stream{names};
    auto recorder = record::Recorder::open({.path = words[0]}, registry, names);
    SIM_ASSERT(recorder.ok());
    stream.add_sink(recorder.value().get());
    Teller teller(stream, names, hosts);
    teller.run(std::stoll(words[2]));
    const auto problem = recorder.value()->close({.end_time = teller.now(), .digest = {}});
    SIM_ASSERT(!problem);
    return Figures{{"seconds", watch.seconds()}};
});

/// ImGui with fonts and no renderer.
struct Blind {
    Blind() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {1600, 900};
        io.DeltaTime = 1.0F / 60;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    }
    ~Blind() { ImGui::DestroyContext(); }
    static void build_fonts() {
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
    }
    static void frame(viewer::View& view) {
        ImGui::NewFrame();
        view.frame();
        ImGui::Render();
    }
};

std::unique_ptr<viewer::View> opened(const std::string& path) {
    auto view = viewer::View::open({.file = path});
    SIM_ASSERT(view.ok());
    view.value()->dress(1);
    Blind::build_fonts();
    return std::move(view.value());
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

/// CPU milliseconds of the window's thread for one frame, the median of `count` of them.
double frame_ms(viewer::View& view, int count) {
    std::vector<double> all;
    for (int i = 0; i < count; ++i) {
        const double before = bench::thread_seconds();
        Blind::frame(view);
        all.push_back((bench::thread_seconds() - before) * 1e3);
    }
    return median(all);
}

/// words: path. Frames at rest and while it plays, with everything read.
[[maybe_unused]] const bool framer = bench::child("viewer/frames", [](const auto& words) {
    Blind blind;
    const bench::Stopwatch watch;
    auto view = opened(words[0]);
    view->settle();
    const double reading = watch.seconds();
    view->seek(time_of_ns(ns_of(view->glass().end()) / 2));
    view->settle();
    for (int i = 0; i < 5; ++i) Blind::frame(*view);
    const double still = frame_ms(*view, 60);
    const double vertices = ImGui::GetDrawData()->TotalVtxCount;
    view->player().set_speed(10);
    view->toggle_play();
    const double playing = frame_ms(*view, 120);
    return Figures{
        {"seconds", reading}, {"frame_ms", still}, {"playing_ms", playing}, {"vertices", vertices}};
});

/// words: path. Frames of the Network panel alone, each at another instant that is folded already.
[[maybe_unused]] const bool networker = bench::child("viewer/network", [](const auto& words) {
    Blind blind;
    const bench::Stopwatch watch;
    auto view = opened(words[0]);
    view->settle();
    view->layout().show("Network");
    const double reading = watch.seconds();
    const std::int64_t step = ns_of(view->glass().end()) / 100;
    std::vector<double> moved;
    for (int i = 30; i < 70; ++i) {
        view->seek(time_of_ns(i * step));
        view->settle();
        const double before = bench::thread_seconds();
        Blind::frame(*view);
        moved.push_back((bench::thread_seconds() - before) * 1e3);
    }
    return Figures{
        {"seconds", reading}, {"moved_ms", median(moved)}, {"frame_ms", frame_ms(*view, 30)}};
});

/// words: path. From nothing to the first picture, then jumps.
[[maybe_unused]] const bool opener = bench::child("viewer/open", [](const auto& words) {
    Blind blind;
    const bench::Stopwatch watch;
    auto view = opened(words[0]);
    Blind::frame(*view);
    const double first = watch.seconds();
    auto seeker = viewer::Seeker::open(words[0]);
    SIM_ASSERT(seeker.ok());
    std::vector<double> jumps;
    const auto end = static_cast<std::uint64_t>(ns_of(view->glass().end()));
    std::uint64_t x = 88172645463325252ULL;
    for (int i = 0; i < 21; ++i) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        const bench::Stopwatch jump;
        seeker.value()->want(time_of_ns(static_cast<std::int64_t>(x % end)));
        SIM_ASSERT(seeker.value()->wait() != nullptr);
        jumps.push_back(jump.seconds() * 1e3);
    }
    const bench::Stopwatch reading;
    view->settle();
    const double read = reading.seconds();
    Blind::frame(*view);
    return Figures{{"seconds", first},
                   {"seek_ms", median(jumps)},
                   {"slowest_seek_ms", *std::max_element(jumps.begin(), jumps.end())},
                   {"read_all_seconds", read},
                   {"frame_ms", frame_ms(*view, 30)}};
});

/// What `child` measures on a recording of that size.
void on_recording(const std::string& name, const std::string& child, std::int64_t hosts,
                  std::int64_t events) {
    bench::of_children(name, [=] {
        const std::string path = "bench_viewer.hive";
        bench::run_child("viewer/write", {path, std::to_string(bench::scaled(hosts)),
                                          std::to_string(bench::scaled(events))});
        Figures figures = bench::run_child(child, {path});
        std::remove(path.c_str());
        return figures;
    });
}

[[maybe_unused]] const bool all = [] {
    on_recording("viewer/frame_2000_hosts_1000000_events", "viewer/frames", 2'000, 1'000'000);
    on_recording("viewer/frame_100000_hosts", "viewer/frames", 100'000, 1'000'000);
    on_recording("viewer/network_100000_hosts", "viewer/network", 100'000, 1'000'000);
    on_recording("viewer/open_10000000_events", "viewer/open", 2'000, 10'000'000);
    return true;
}();

}   // namespace
