// Goal: rolling updates and rollbacks take the time, the order and the words that SwarmKit's do
// (golden checks 7, 8, 9 and 13; exercises ORC-6 and ORC-7). Method: a manager with scripted
// agents; an image decides how its tasks behave.
#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec with_update(std::uint64_t replicas, UpdateConfig update) {
    ServiceSpec spec = Cluster::spec("web", replicas);
    spec.task.container.image = "web:1";
    spec.update = update;
    return spec;
}

struct Rollout : Cluster {
    explicit Rollout(std::size_t workers = 3) : Cluster(workers) {
        fates["web:1"] = {.prepare = seconds{0}, .stop = seconds{2}};
        fates["web:2"] = {.prepare = seconds{3}, .stop = seconds{2}};
        fates["web:crash"] = {.prepare = seconds{0}, .run = seconds{8}, .stop = seconds{2}};
        fates["web:reject"] = {.prepare = seconds{0}, .reject = true};
        start();
    }
    void change_image(const char* image) {
        ServiceSpec spec = *store().service(web).spec;
        spec.task.container.image = image;
        REQUIRE(manager.update_service(web, std::move(spec)));
    }
    void deploy(ServiceSpec spec) {
        web = create(std::move(spec));
        run_for(seconds{10});
        REQUIRE(manager.status(web).running == store().service(web).spec->replicas);
    }
    const UpdateStatus& update() const { return store().service(web).update; }
    std::string message() const { return std::string(text(update().message)); }
    /// Runs until the update has this state; how long that took.
    Duration until(UpdateState end, Duration at_most = minutes{10}) {
        const Time begin = kernel.now();
        least = manager.status(web).running;
        most_wanted = 0;
        while (update().state != end && kernel.now() - begin < at_most) {
            run_for(milliseconds{100});
            least = std::min(least, manager.status(web).running);
            most_wanted = std::max<std::uint64_t>(most_wanted, desired_running(web));
        }
        CHECK(update().state == end);
        return kernel.now() - begin;
    }
    std::map<std::string, int> images() const {
        std::map<std::string, int> count;
        for (const Task* task : tasks(web)) {
            if (task->desired <= TaskState::running) ++count[task->spec->task.container.image];
        }
        return count;
    }

    ServiceId web;
    std::uint64_t least = 0, most_wanted = 0;   // Of until().
};

double within(Duration took) { return seconds_of(took); }

}   // namespace

TEST_CASE("three slots one by one with a delay take 3 * (replace + delay) + delay + 1",
          "[swarm][rollout][golden]") {
    Rollout c;
    c.deploy(with_update(3, {.delay = seconds{10}}));
    c.change_image("web:2");
    const double took = within(c.until(UpdateState::completed));
    // The new task is prepared (3 s) while the old one stops (2 s); half a second of batching each.
    CHECK(took >= 3 * (3 + 10) + 11);
    CHECK(took < 3 * (3 + 1 + 10) + 12);
    CHECK(c.message() == "update completed");
    CHECK(c.images() == std::map<std::string, int>{{"web:2", 3}});
    CHECK(c.events(events::update_started).size() == 1);
    CHECK(c.events(events::update_slot).size() == 3);
    // Without a delay longer than the monitor the last watch is the monitor.
    c.change_image("web:1");
    CHECK(c.update().state == UpdateState::updating);
    c.until(UpdateState::completed);
}

TEST_CASE("six slots two at a time: 56 s, never fewer than four (ORC-6)",
          "[swarm][rollout][golden]") {
    Rollout c;
    // stop 2 s and start 3 s in a row: the new image is prepared only when nothing else is left of
    // the old task's stop, so the agent's times are those of the exercise.
    c.fates["web:2"] = {.prepare = seconds{5}, .stop = seconds{2}};
    c.deploy(with_update(6, {.parallelism = 2, .delay = seconds{10}}));
    c.change_image("web:2");
    const double took = within(c.until(UpdateState::completed));
    CHECK(took >= 56);
    CHECK(took < 59);
    CHECK(c.least == 4);
    CHECK(c.most_wanted == 6);
}

TEST_CASE("start-first never has fewer, and two more while it works", "[swarm][rollout]") {
    Rollout c;
    c.deploy(with_update(6, {.parallelism = 2, .order = UpdateOrder::start_first}));
    c.change_image("web:2");
    c.until(UpdateState::completed);
    CHECK(c.least == 6);
    CHECK(c.most_wanted == 8);
    CHECK(c.images() == std::map<std::string, int>{{"web:2", 6}});
}

TEST_CASE("start-first without room hangs, and says why (golden check 8)",
          "[swarm][rollout][golden]") {
    Rollout c;
    ServiceSpec spec = with_update(3, {.order = UpdateOrder::start_first});
    spec.task.placement.max_replicas = 1;
    c.deploy(spec);
    c.change_image("web:2");
    c.run_for(minutes{5});
    CHECK(c.update().state == UpdateState::updating);
    CHECK(c.manager.status(c.web).running == 3);
    CHECK(c.images() == std::map<std::string, int>{{"web:1", 3}, {"web:2", 1}});
    bool said = false;
    for (const Task* task : c.tasks(c.web)) {
        said = said || (task->observed == TaskState::pending &&
                        c.text(task->error) ==
                            "no suitable node (max replicas per node limit exceed)");
    }
    CHECK(said);
    // Scaling down makes room: a newer spec, so a newer update, which finishes the job.
    c.manager.scale_service(c.web, 2);
    c.until(UpdateState::completed);
    CHECK(c.images() == std::map<std::string, int>{{"web:2", 2}});
}

TEST_CASE("one failure of three is more than 0 and less than 0.34; two are too many",
          "[swarm][rollout][golden]") {
    struct Row {
        double ratio;
        const char* image;
        UpdateState end;
    };
    const Row row = GENERATE(values<Row>({{0.0, "web:reject", UpdateState::paused},
                                          {0.34, "web:reject", UpdateState::paused},
                                          {1.0, "web:reject", UpdateState::completed}}));
    Rollout c;
    c.deploy(with_update(3, {.delay = seconds{2}, .monitor = seconds{5},
                             .max_failure_ratio = row.ratio}));
    c.change_image(row.image);
    c.until(row.end);
    const auto failures = c.events(events::update_failure);
    CHECK(failures.size() == (row.ratio == 0.0 ? 1 : row.ratio < 1 ? 2 : 3));
    if (row.end == UpdateState::paused) {
        const std::string id = std::string(
            c.text(NameId{static_cast<std::uint32_t>(failures.back().fields[0].integer)}));
        CHECK(c.message() == "update paused due to failure or early termination of task " + id);
        CHECK(c.leads_to(c.events(events::update_paused)[0].id, failures.back().id));
        const std::map<std::string, int> before = c.images();
        c.run_for(minutes{2});
        CHECK(c.images() == before);   // A mixed fleet, and nothing moves it.
        CHECK(c.images()["web:1"] == (row.ratio == 0.0 ? 2 : 1));
    }
}

TEST_CASE("a release that crashes after 8 s passes a monitor of 5 s and not one of 15 s (ORC-7)",
          "[swarm][rollout][golden]") {
    SECTION("monitor 5 s: completed, while every task crashes again and again") {
        Rollout c;
        c.deploy(with_update(3, {.monitor = seconds{5}}));
        c.change_image("web:crash");
        c.until(UpdateState::completed);
        CHECK(c.images() == std::map<std::string, int>{{"web:crash", 3}});
        c.run_for(minutes{1});
        CHECK(c.events(events::task_failed).size() >= 9);
    }
    SECTION("monitor 15 s, pause: one bad task goes on crashing, two old ones serve") {
        Rollout c;
        c.deploy(with_update(3, {.delay = seconds{20}, .monitor = seconds{15}}));
        c.change_image("web:crash");
        c.until(UpdateState::paused);
        c.run_for(minutes{1});
        CHECK(c.images() == std::map<std::string, int>{{"web:1", 2}, {"web:crash", 1}});
        CHECK(c.events(events::task_failed).size() >= 3);
        CHECK(c.events(events::update_failure).size() == 1);   // Restarts are not the update's.
        // The next update clears the pause.
        c.change_image("web:2");
        c.until(UpdateState::completed);
        CHECK(c.images() == std::map<std::string, int>{{"web:2", 3}});
    }
    SECTION("monitor 15 s, rollback: back at the old image; no second rollback") {
        Rollout c;
        c.deploy(with_update(3, {.delay = seconds{20}, .failure_action = FailureAction::rollback,
                                 .monitor = seconds{15}}));
        c.change_image("web:crash");
        c.until(UpdateState::rollback_completed);
        CHECK(c.message() == "rollback completed");
        CHECK(c.images() == std::map<std::string, int>{{"web:1", 3}});
        CHECK_FALSE(c.manager.roll_back_service(c.web));   // No previous spec.
        const auto started = c.events(events::update_rollback_started);
        REQUIRE(started.size() == 1);
        CHECK(c.text(NameId{static_cast<std::uint32_t>(started[0].fields[0].integer)})
                  .substr(0, 63) ==
              "update rolled back due to failure or early termination of task ");
    }
    SECTION("monitor 15 s, continue: every slot gets it") {
        Rollout c;
        c.deploy(with_update(3, {.failure_action = FailureAction::continue_,
                                 .monitor = seconds{15}}));
        c.change_image("web:crash");
        c.until(UpdateState::completed);
        CHECK(c.images() == std::map<std::string, int>{{"web:crash", 3}});
        CHECK(c.events(events::update_failure).empty());
    }
}

TEST_CASE("the failure that comes while the last worker rests is seen by the last watch",
          "[swarm][rollout]") {
    // Delay 6 s and monitor 5 s: the task dies 3 s after it ran, while nobody looks.
    Rollout c;
    c.fates["web:crash"].run = seconds{3};
    c.deploy(with_update(1, {.delay = seconds{6}, .monitor = seconds{5}}));
    c.change_image("web:crash");
    c.run_for(seconds{7});
    CHECK(c.events(events::task_failed).size() == 1);
    CHECK(c.update().state == UpdateState::updating);
    c.until(UpdateState::paused);
    CHECK(c.events(events::update_failure).size() == 1);
}

TEST_CASE("a rollback returns the whole spec, replicas too, and twice is a redo (golden check 9)",
          "[swarm][rollout][golden]") {
    Rollout c;
    c.deploy(with_update(3, {}));
    c.manager.scale_service(c.web, 5);
    c.run_for(seconds{10});
    REQUIRE(c.manager.status(c.web).running == 5);
    REQUIRE(c.manager.roll_back_service(c.web));
    const auto started = c.events(events::update_rollback_started);
    REQUIRE(started.size() == 1);
    CHECK(c.text(NameId{static_cast<std::uint32_t>(started[0].fields[0].integer)}) ==
          "manually requested rollback");
    c.until(UpdateState::rollback_completed);
    c.run_for(seconds{5});
    CHECK(c.manager.status(c.web).running == 3);
    REQUIRE(c.manager.roll_back_service(c.web));
    c.run_for(seconds{10});
    CHECK(c.manager.status(c.web).running == 5);
}

TEST_CASE("a failing rollback pauses, whatever its action", "[swarm][rollout]") {
    Rollout c;
    ServiceSpec spec = with_update(3, {.failure_action = FailureAction::rollback});
    spec.rollback = UpdateConfig{.delay = seconds{10}, .failure_action = FailureAction::rollback,
                                 .monitor = seconds{15}};
    c.deploy(spec);
    c.fates["web:1"] = {.prepare = seconds{0}, .run = seconds{1}};   // From now on.
    c.change_image("web:reject");
    c.until(UpdateState::rollback_paused);
    CHECK(c.message().substr(0, 60) ==
          "rollback paused due to failure or early termination of task ");
    c.run_for(minutes{1});
    CHECK(c.update().state == UpdateState::rollback_paused);
}

TEST_CASE("what replaces tasks and what does not (golden check 13)", "[swarm][rollout][golden]") {
    Rollout c;
    c.deploy(with_update(3, {.parallelism = 0}));
    const auto slots_after = [&](auto change) {
        const std::size_t before = c.events(events::update_slot).size();
        ServiceSpec spec = *c.store().service(c.web).spec;
        change(spec);
        REQUIRE(c.manager.update_service(c.web, std::move(spec)));
        c.run_for(seconds{30});
        return c.events(events::update_slot).size() - before;
    };
    CHECK(slots_after([](ServiceSpec& s) { s.labels["team"] = "shop"; }) == 0);
    CHECK(slots_after([](ServiceSpec& s) { s.replicas = 4; }) == 0);
    CHECK(slots_after([](ServiceSpec& s) { s.update->delay = seconds{1}; }) == 0);
    CHECK(slots_after([](ServiceSpec& s) {
              s.task.placement.constraints = {"node.role == worker"};
          }) == 0);
    CHECK(slots_after([](ServiceSpec& s) { s.task.limits.memory = gibibyte; }) == 4);
    CHECK(slots_after([](ServiceSpec& s) { s.ports.push_back({.target = 80, .published = 8080}); })
          == 4);
    CHECK(slots_after([](ServiceSpec& s) { s.task.container.env = {"A=1"}; }) == 4);
    CHECK(slots_after([](ServiceSpec& s) { ++s.task.force_update; }) == 4);
    CHECK(slots_after([](ServiceSpec& s) {
              s.task.placement.constraints = {"node.hostname == w1"};
          }) > 0);   // Those that stand elsewhere.
    CHECK(c.images() == std::map<std::string, int>{{"web:1", 4}});
}

TEST_CASE("a newer update takes over where the older one stands", "[swarm][rollout]") {
    Rollout c;
    c.deploy(with_update(6, {.delay = seconds{10}}));
    c.change_image("web:2");
    c.run_for(seconds{20});
    CHECK(c.images()["web:1"] == 4);
    const std::size_t before = c.events(events::update_slot).size();
    c.change_image("web:1");   // The four old ones are right again: only two slots are dirty.
    c.until(UpdateState::completed);
    CHECK(c.events(events::update_slot).size() - before == 2);
    CHECK(c.images() == std::map<std::string, int>{{"web:1", 6}});
}

TEST_CASE("an update goes on under the manager's next incarnation", "[swarm][rollout]") {
    Rollout c;
    c.deploy(with_update(3, {.delay = seconds{5}}));
    c.change_image("web:2");
    c.run_for(seconds{6});
    c.kernel.kill(c.manager.id(), {});
    c.run_for(seconds{1});
    c.kernel.start(c.manager.id());
    c.until(UpdateState::completed);
    CHECK(c.images() == std::map<std::string, int>{{"web:2", 3}});
    CHECK(c.events(events::update_started).size() == 1);
}

TEST_CASE("global services are updated node by node", "[swarm][rollout]") {
    Rollout c(4);
    ServiceSpec spec = with_update(1, {.parallelism = 2, .delay = seconds{3}});
    spec.mode = ServiceMode::global;
    c.web = c.create(spec);
    c.run_for(seconds{5});
    REQUIRE(c.manager.status(c.web).running == 4);
    c.change_image("web:2");
    c.until(UpdateState::completed);
    CHECK(c.least == 2);
    CHECK(c.images() == std::map<std::string, int>{{"web:2", 4}});
}

TEST_CASE("a removed service takes its update with it", "[swarm][rollout]") {
    Rollout c;
    c.deploy(with_update(3, {.delay = seconds{5}}));
    c.change_image("web:2");
    c.run_for(seconds{2});
    c.manager.remove_service(c.web);
    c.run_for(seconds{30});
    CHECK(c.tasks(c.web).empty());
    CHECK(c.events(events::update_completed).empty());
}
