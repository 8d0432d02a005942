// What the script may call: each function's body.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "director/director.h"
#include "director/events.h"
#include "director/functions.h"
#include "yaml/units.h"

namespace glasshive::director {

using script::Arguments;
using script::Out;
using script::Refusal;

namespace {

/// As a scenario's faults: platform::FaultKind.
constexpr std::array fault_kinds{"power_off", "pause",       "slow_cpu",      "link_down",
                                 "partition", "packet_loss", "added_latency", "reduced_bandwidth",
                                 "slow_disk", "full_disk"};

/// A number of seconds or a text such as "1m30s".
Duration duration_of(const Arguments& arguments, int number) {
    if (arguments.is_text(number)) {
        const auto parsed = yaml::parse_duration(arguments.text(number));
        if (!parsed) throw Refusal(parsed.problem);
        return *parsed.value;
    }
    const double seconds = arguments.number(number);
    if (!(seconds >= 0 && seconds <= 9e9)) throw Refusal("a duration is from 0 to 9e9 seconds");
    return Duration{std::llround(seconds * 1e9)};
}

/// One that is kept for the whole run.
std::string short_text(const Arguments& arguments, int number) {
    constexpr std::size_t most = 1'024;
    const std::string_view text = arguments.text(number);
    if (text.size() > most) throw Refusal("a text of at most 1,024 bytes is meant here");
    return std::string(text);
}

std::string optional_text(const nlohmann::json& fields, const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end()) return "";
    if (!found->is_string()) throw Refusal(std::string(name) + " is not a text");
    return found->get<std::string>();
}

/// "20s", "1500ms", "1ns": in the largest unit that leaves no fraction.
std::string spelled(double seconds) {
    constexpr double most = 9e9;   // Seconds; more is a mistake that the reader tells.
    const std::int64_t ns = std::llround(std::clamp(seconds, -most, most) * 1e9);
    if (ns % 1'000'000'000 == 0) return std::to_string(ns / 1'000'000'000) + "s";
    if (ns % 1'000'000 == 0) return std::to_string(ns / 1'000'000) + "ms";
    return std::to_string(ns) + "ns";
}

/// The table at `number`, if one is given. Keys that nobody knows are a mistake.
nlohmann::json table_of(const Arguments& arguments, int number,
                        const std::vector<std::string>& known) {
    if (!arguments.given(number)) return nlohmann::json::object();
    nlohmann::json table = nlohmann::json::parse(arguments.json(number), nullptr, false);
    if (!table.is_object())
        throw Refusal("the last argument is a table such as {timeout = \"1s\"}");
    for (const auto& [name, value] : table.items()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string near = nearest(name, known);
        throw Refusal("nobody knows " + name + " here" +
                      (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    return table;
}

void list_out(Out& out, const std::vector<Stage::Fields>& list) {
    out.list(list.size(), [&](std::size_t i, Out& each) { each.record(list[i]); });
}

}   // namespace

void Director::define(const script::FunctionInfo& info, script::FunctionBody body, bool yields) {
    sandbox_.define(info, std::move(body), yields);
}

void Director::define_wait(const script::FunctionInfo& info,
                           std::function<Wait(const Arguments&)> body) {
    define(
        info, [this, body = std::move(body)](const Arguments& a, Out&) { asked_ = body(a); }, true);
}

void Director::define_functions() {
    define_waits();
    define_acts();
    define_faults();
    define_requests();
    define_store();
    define_looks();
}

void Director::define_waits() {
    define(info_of(Do::now),
           [this](const Arguments&, Out& out) { out.number(seconds_of(kernel_.now())); });
    define_wait(info_of(Do::sleep), [](const Arguments& a) {
        Wait wait;
        wait.what = Wait::For::time;
        wait.interval = duration_of(a, 0);
        return wait;
    });
    const auto start = [this](Duration first, Start what) {
        const std::uint64_t serial = ++last_serial_;
        if (starts_.size() == starts_most) throw Refusal("too many functions wait to be called");
        starts_[serial] = what;
        kernel_.after(id(), first, start_tag, serial);
    };
    define(info_of(Do::at), [this, start](const Arguments& a, Out&) {
        const Time due = Time{} + duration_of(a, 0);
        if (due < kernel_.now()) throw Refusal("that time is over");
        start(due - kernel_.now(), {a.function(1), Duration::zero()});
    });
    define(info_of(Do::every), [start](const Arguments& a, Out&) {
        const Duration interval = duration_of(a, 0);
        if (interval < std::chrono::milliseconds{1}) throw Refusal("every 1 ms at most");
        start(interval, {a.function(1), interval});
    });
    define(info_of(Do::spawn), [start](const Arguments& a, Out&) {
        start(Duration::zero(), {a.function(0), Duration::zero()});
    });
    define_wait(info_of(Do::wait_until), [this](const Arguments& a) {
        Wait wait;
        wait.what = Wait::For::predicate;
        wait.predicate = a.function(0);
        if (a.given(1)) wait.deadline = kernel_.now() + duration_of(a, 1);
        wait.interval = a.given(2) ? duration_of(a, 2) : ask_every;
        if (wait.interval < std::chrono::milliseconds{1}) throw Refusal("every 1 ms at most");
        return wait;
    });
    define_wait(info_of(Do::wait_for), [this](const Arguments& a) {
        Wait wait;
        wait.what = Wait::For::event;
        wait.kinds = kinds_of(a.text(0));
        if (a.given(1)) wait.subject = kernel_.names().intern(a.text(1));
        if (a.given(2)) wait.deadline = kernel_.now() + duration_of(a, 2);
        return wait;
    });
    define(info_of(Do::on), [this](const Arguments& a, Out&) {
        Handler handler{kinds_of(a.text(0)), a.function(1)};
        for (const std::uint16_t kind : handler.kinds) ++wanted_[kind];
        handlers_.push_back(std::move(handler));
    });
}

void Director::define_acts() {
    define_wait(info_of(Do::docker), [this](const Arguments& a) {
        const nlohmann::json options = table_of(a, 1, {"on"});
        Wait wait;
        wait.what = Wait::For::docker;
        wait.line = "docker " + std::string(a.text(0));
        wait.host = optional_text(options, "on");
        stage_.check(wait.line, wait.host);
        return wait;
    });
    define(info_of(Do::expect), [this](const Arguments& a, Out& out) {
        const bool is_so = a.truth(0);
        const int line = a.line();
        const std::string text =
            a.given(1) ? short_text(a, 1) : spec_.name + ":" + std::to_string(line);
        count_name();
        kernel_.emit(is_so ? events::held : events::not_held, kernel_.names().intern(text),
                     {field::integer(line)});
        out.boolean(is_so);
    });
    define(info_of(Do::note), [this](const Arguments& a, Out&) {
        kernel_.emit(events::note, subject_, {field::text(a.text(0))});
    });
    define(info_of(Do::sample), [this](const Arguments& a, Out&) {
        const double value = a.number(1);
        if (!std::isfinite(value)) throw Refusal("a sample is a finite number");
        count_name();
        const NameId subject = a.given(2) ? kernel_.names().intern(short_text(a, 2)) : subject_;
        const NameId series = kernel_.names().intern(short_text(a, 0));
        kernel_.events().sample({kernel_.now(), series, subject, value});
    });
}

void Director::define_faults() {
    for (const char* kind : fault_kinds) {
        faults_.push_back(std::string("fault.") + kind);
        fault_infos_.push_back(fault_info(faults_.back().c_str()));
        define(fault_infos_.back(), [this, kind](const Arguments& a, Out&) {
            nlohmann::json fault = nlohmann::json::parse(a.json(0), nullptr, false);
            if (!fault.is_object()) throw Refusal("a fault is a table such as {host = \"node-2\"}");
            fault["do"] = kind;
            if (const auto lasts = fault.find("lasts"); lasts != fault.end()) {
                fault["for"] = *lasts;
                fault.erase(lasts);
            }
            // A number of seconds, as everywhere in scripts.
            if (fault.contains("for") && fault["for"].is_number()) {
                fault["for"] = spelled(fault["for"].get<double>());
            }
            stage_.strike(fault.dump());
        });
    }
}

void Director::define_requests() {
    define_wait(info_of(Do::http_get), [this](const Arguments& a) {
        const nlohmann::json options = table_of(a, 1, {"port", "enter", "timeout"});
        Stage::Call call{.service = std::string(a.text(0)),
                         .enter = optional_text(options, "enter")};
        if (options.contains("port")) {
            const auto& port = options["port"];
            if (!port.is_number_unsigned() || port.get<std::uint64_t>() > 65535) {
                throw Refusal("port is a number from 1 to 65535");
            }
            call.port = port.get<std::uint32_t>();
        }
        if (options.contains("timeout")) {
            const auto& timeout = options["timeout"];
            const auto parsed = yaml::parse_duration(
                timeout.is_string() ? timeout.get<std::string>() : timeout.dump() + "s");
            if (!parsed || parsed.value->count() <= 0) throw Refusal("timeout is no duration");
            call.timeout = *parsed.value;
        }
        Wait wait;
        wait.what = Wait::For::answer;
        wait.kinds = kinds_of("request.ok");
        wait.kinds.merge(kinds_of("request.failed"));
        wait.subject = stage_.request(call);
        return wait;
    });
}

Director::Wait Director::ask_store(const Arguments& a, const char* method, bool body) {
    const nlohmann::json options = table_of(a, body ? 2 : 1, {"store", "node"});
    Stage::StoreCall call{.store = optional_text(options, "store"),
                          .host = optional_text(options, "node"),
                          .method = method,
                          .target = "/" + short_text(a, 0),
                          .body = {}};
    if (body) call.body = a.is_text(1) ? std::string(a.text(1)) : a.json(1);
    count_name();
    Wait wait;
    wait.what = Wait::For::stored;
    wait.kinds = kinds_of("db.step");
    wait.subject = stage_.ask_store(call);
    return wait;
}

void Director::define_store() {
    const auto ask = [this](Do what, const char* method, bool body) {
        define_wait(info_of(what), [this, method, body](const Arguments& a) {
            return ask_store(a, method, body);
        });
    };
    ask(Do::store_get, "GET", false);
    ask(Do::store_put, "PUT", true);
    ask(Do::store_post, "POST", true);
    ask(Do::store_delete, "DELETE", false);
    define(info_of(Do::store_act),
           [this](const Arguments& a, Out&) { stage_.operate_store(short_text(a, 0)); });
    define(info_of(Do::store_copies), [this](const Arguments& a, Out& out) {
        const nlohmann::json options = table_of(a, 1, {"store"});
        list_out(out, stage_.copies(optional_text(options, "store"), short_text(a, 0)));
    });
    define(info_of(Do::store_differing), [this](const Arguments& a, Out& out) {
        const nlohmann::json options = table_of(a, 1, {"store"});
        out.number(static_cast<double>(
            stage_.differing(optional_text(options, "store"), short_text(a, 0))));
    });
}

void Director::define_looks() {
    const auto record = [](const std::optional<Stage::Fields>& fields, Out& out) {
        if (fields)
            out.record(*fields);
        else
            out.nothing();
    };
    define(info_of(Do::service), [this, record](const Arguments& a, Out& out) {
        record(stage_.service(std::string(a.text(0))), out);
    });
    define(info_of(Do::node), [this, record](const Arguments& a, Out& out) {
        record(stage_.node(std::string(a.text(0))), out);
    });
    define(info_of(Do::services),
           [this](const Arguments&, Out& out) { list_out(out, stage_.services()); });
    define(info_of(Do::nodes),
           [this](const Arguments&, Out& out) { list_out(out, stage_.nodes()); });
    define(info_of(Do::tasks), [this](const Arguments& a, Out& out) {
        list_out(out, stage_.tasks(a.given(0) ? std::string(a.text(0)) : std::string()));
    });
}

}   // namespace glasshive::director
