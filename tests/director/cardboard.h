#pragma once

#include <string>

#include "director/events.h"
#include "director/stage.h"
#include "kernel/support.h"

/// A stage of cardboard for a scenario's script, and the kinds of events that it may see there.
namespace glasshive::test {

inline constexpr EventKind task_running{.id = 900,
                                        .name = "task.running",
                                        .subject = "task",
                                        .doc = "",
                                        .fields = {{{"node", FieldType::name, ""},
                                                    {"took", FieldType::duration, ""},
                                                    {"slot", FieldType::integer, ""},
                                                    {"text", FieldType::text, ""}}}};
inline constexpr EventKind task_failed{
    .id = 901, .name = "task.failed", .subject = "task", .doc = ""};
inline constexpr EventKind request_ok{.id = 902,
                                      .name = "request.ok",
                                      .subject = "client",
                                      .doc = "",
                                      .fields = {{{"backend", FieldType::name, ""}}}};
inline constexpr EventKind request_failed{
    .id = 903, .name = "request.failed", .subject = "client", .doc = ""};
inline constexpr EventKind db_step{.id = 904,
                                   .name = "db.step",
                                   .subject = "step",
                                   .doc = "",
                                   .fields = {{{"status", FieldType::integer, ""},
                                               {"rows", FieldType::integer, ""},
                                               {"answer", FieldType::text, ""}}}};
inline constexpr const EventKind* kinds[] = {&db_step,
                                             &task_running,
                                             &task_failed,
                                             &request_ok,
                                             &request_failed,
                                             &director::events::note,
                                             &director::events::held,
                                             &director::events::not_held};

/// Writes down what it is asked, with the time.
struct Cardboard final : director::Stage {
    explicit Cardboard(kernel::Kernel& k) : kernel(k) {}
    void say(const std::string& what) {
        log += std::to_string(kernel.now().time_since_epoch() / std::chrono::milliseconds{1}) +
               " " + what + "\n";
    }
    Answer type(const std::string& line, const std::string& host, bool patient) override {
        if (patient && kernel.now() < leader_from) return {.hangs = true, .printed = {}};
        say(line + (host.empty() ? "" : " at " + host));
        committed_at = kernel.now() + std::chrono::milliseconds{3};
        return {.exit_code = line == "docker nonsense" ? 1 : 0, .printed = "answer to " + line};
    }
    void check(const std::string& line, const std::string& host) const override {
        if (line.find("servce") != std::string::npos) throw script::Refusal("no such command");
        if (host == "nowhere") throw script::Refusal("no host is named nowhere");
    }
    bool settled() const override { return kernel.now() >= committed_at; }
    void strike(const std::string& fault) override {
        if (fault.find("nowhere") != std::string::npos) throw script::Refusal("no such host");
        say("fault " + fault);
    }
    NameId request(const Call& call) override {
        say("request " + call.service + " " + std::to_string(call.port) + " " + call.enter + " " +
            to_text(call.timeout));
        return kernel.names().intern("script-1");
    }
    NameId ask_store(const StoreCall& call) override {
        if (call.host == "nowhere") throw script::Refusal("no such node");
        say(call.method + " " + call.target + " " + call.body + " " + call.store + call.host);
        return kernel.names().intern("script-couchdb-1");
    }
    void operate_store(const std::string& line) override {
        if (line.find("crsh") != std::string::npos) throw script::Refusal("no such command");
        say("store " + line);
    }
    std::vector<Fields> copies(const std::string&, const std::string& database) override {
        return {{{"node", database + "@a"}}};
    }
    std::int64_t differing(const std::string&, const std::string&) override { return 2; }
    std::optional<Fields> service(const std::string& name) const override {
        if (name != "web") return std::nullopt;
        return Fields{{"name", name}, {"running", running}};
    }
    std::optional<Fields> node(const std::string&) const override { return std::nullopt; }
    std::vector<Fields> services() const override { return {*service("web")}; }
    std::vector<Fields> nodes() const override { return {}; }
    std::vector<Fields> tasks(const std::string& of) const override {
        return {{{"name", of + ".1"}}, {{"name", of + ".2"}}};
    }
    kernel::Kernel& kernel;
    std::string log;
    Time leader_from{}, committed_at{};
    std::int64_t running = 0;
};

}   // namespace glasshive::test
