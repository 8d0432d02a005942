#include "store/javascript/engine.h"

#include <cstdlib>
#include <ctime>
#include <optional>

#include <js/CompilationAndEvaluation.h>
#include <js/ContextOptions.h>
#include <js/Conversions.h>
#include <js/Initialization.h>
#include <js/Interrupt.h>
#include <js/Principals.h>
#include <js/SourceText.h>
#include <jsapi.h>

#include "base/assert.h"
#include "store/javascript/prelude.h"
#include "store/javascript/watchdog.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::store::javascript {

namespace {

// g++ 12 sees the address of a local in the list of roots, where SpiderMonkey keeps it on purpose.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif

std::string utf8(JSContext* cx, JS::HandleValue value) {
    JS::RootedString text(cx, JS::ToString(cx, value));
    if (!text) return "";
    const JS::UniqueChars chars = JS_EncodeStringToUTF8(cx, text);
    return chars ? std::string(chars.get()) : std::string();
}

JSString* to_js(JSContext* cx, std::string_view text) {
    return JS_NewStringCopyUTF8N(cx, JS::UTF8Chars(text.data(), text.size()));
}

constexpr JSClass global_class{"global", JSCLASS_GLOBAL_FLAGS, &JS::DefaultGlobalClassOps};

Refusal refusal_of(json::View answer) {
    Refusal refusal;
    if (const auto error = answer.find("error")) refusal.error = std::string(error->text());
    if (const auto reason = answer.find("reason")) refusal.reason = std::string(reason->text());
    return refusal;
}

}   // namespace

struct Machine {
    Surroundings around;
    Budget budget;
    JSContext* cx = nullptr;
    std::uint64_t calls = 0;
    bool gave_up = false;
    bool compiling = false;             // Now texts may become code.
    std::optional<Watchdog> watchdog;   // While there is a context.

    static Machine& of(JSContext* cx) { return *static_cast<Machine*>(JS_GetContextPrivate(cx)); }
    /// False ends the call: nothing can catch that.
    static bool interrupted(JSContext* cx) {
        Machine& machine = of(cx);
        machine.gave_up = machine.gave_up || machine.watchdog->over();
        return !machine.gave_up;
    }
    static bool may_compile(JSContext* cx, JS::RuntimeCode, JS::HandleString) {
        return of(cx).compiling;
    }
};

namespace {

bool host_now(JSContext* cx, unsigned argc, JS::Value* vp) {
    const JS::CallArgs args = JS::CallArgsFromVp(argc, vp);
    const Surroundings& around = Machine::of(cx).around;
    args.rval().setNumber(around.now_ms ? around.now_ms() : 0);
    return true;
}

bool host_random(JSContext* cx, unsigned argc, JS::Value* vp) {
    const JS::CallArgs args = JS::CallArgsFromVp(argc, vp);
    const Surroundings& around = Machine::of(cx).around;
    args.rval().setNumber(around.random ? around.random() : 0.5);
    return true;
}

bool host_log(JSContext* cx, unsigned argc, JS::Value* vp) {
    const JS::CallArgs args = JS::CallArgsFromVp(argc, vp);
    const Surroundings& around = Machine::of(cx).around;
    if (around.log) around.log(utf8(cx, args.get(0)));
    args.rval().setUndefined();
    return true;
}

bool host_freeze(JSContext* cx, unsigned argc, JS::Value* vp) {
    const JS::CallArgs args = JS::CallArgsFromVp(argc, vp);
    if (args.get(0).isObject()) {
        JS::RootedObject object(cx, &args[0].toObject());
        if (!JS_DeepFreezeObject(cx, object)) return false;
    }
    args.rval().set(args.get(0));
    return true;
}

bool host_compiling(JSContext* cx, unsigned argc, JS::Value* vp) {
    const JS::CallArgs args = JS::CallArgsFromVp(argc, vp);
    Machine::of(cx).compiling = args.get(0).isTrue();
    args.rval().setUndefined();
    return true;
}

constexpr JSSecurityCallbacks security_callbacks{Machine::may_compile, nullptr};

constexpr JSFunctionSpec host_functions[] = {JS_FN("now", host_now, 0, 0),
                                             JS_FN("random", host_random, 0, 0),
                                             JS_FN("log", host_log, 1, 0),
                                             JS_FN("freeze", host_freeze, 1, 0),
                                             JS_FN("compiling", host_compiling, 1, 0),
                                             JS_FS_END};

}   // namespace

Engine::Engine(Surroundings surroundings, Budget budget) : machine_(std::make_unique<Machine>()) {
    static const bool started = [] {
        setenv("TZ", "UTC", 1);
        tzset();
        return JS_Init() && std::atexit(JS_ShutDown) == 0;
    }();
    SIM_ASSERT(started);
    machine_->around = std::move(surroundings);
    machine_->budget = std::move(budget);
    machine_->cx = JS_NewContext(static_cast<std::uint32_t>(machine_->budget.heap_bytes));
    SIM_ASSERT(machine_->cx != nullptr);
    JSContext* cx = machine_->cx;
    // Everything on this thread: what ran beside it would decide which code is compiled when.
    JS_SetGlobalJitCompilerOption(cx, JSJITCOMPILER_OFFTHREAD_COMPILATION_ENABLE, 0);
    JS::ContextOptionsRef(cx).setWasm(false).setAsmJS(false);
    JS_SetGCParameter(cx, JSGC_MAX_BYTES, static_cast<std::uint32_t>(machine_->budget.heap_bytes));
    JS_SetNativeStackQuota(cx, machine_->budget.stack_bytes);
    SIM_ASSERT(JS::InitSelfHostedCode(cx));
    JS_SetContextPrivate(cx, machine_.get());
    JS_SetSecurityCallbacks(cx, &security_callbacks);
    JS_AddInterruptCallback(cx, Machine::interrupted);
    machine_->watchdog.emplace([cx] { JS_RequestInterruptCallback(cx); });
}

Engine::~Engine() {
    machine_->watchdog.reset();
    JS_DestroyContext(machine_->cx);
}

void Engine::set_hung(std::set<std::uint64_t> hung,
                      std::function<void(std::uint64_t call)> on_hung) {
    SIM_ASSERT(machine_->calls == 0);
    machine_->budget.hung = std::move(hung);
    machine_->budget.on_hung = std::move(on_hung);
}

std::uint64_t Engine::calls() const { return machine_->calls; }

namespace {

struct ScriptCalls final : Calls {
    explicit ScriptCalls(Machine& of) : engine(of), global(of.cx), entries(of.cx) {}
    Machine& engine;
    JS::PersistentRootedObject global, entries;

    /// The context with this program's world entered.
    bool build();
    /// Calls an entry point with texts (and a boolean at the end, if there is one). The `ok` of its
    /// answer, as a value.
    std::variant<json::Value, Refusal>
    call(const char* entry, const std::vector<std::string_view>& texts, const bool* flag) override;
    Refusal failed();
};

bool ScriptCalls::build() {
    JSContext* cx = engine.cx;
    JS::RealmOptions options;
    global = JS_NewGlobalObject(cx, &global_class, nullptr, JS::FireOnNewGlobalHook, options);
    if (!global) return false;
    const JSAutoRealm realm(cx, global);
    JS::CompileOptions compile(cx);
    compile.setFileAndLine("prelude", 1);
    JS::SourceText<mozilla::Utf8Unit> source;
    JS::RootedValue prelude(cx);
    JS::RootedObject host(cx, JS_NewPlainObject(cx));
    if (!host || !JS_DefineFunctions(cx, host, host_functions) ||
        !source.init(cx, prelude_js.data(), prelude_js.size(), JS::SourceOwnership::Borrowed) ||
        !JS::Evaluate(cx, compile, source, &prelude))
        return false;
    JS::RootedValueArray<1> given(cx);
    given[0].setObject(*host);
    JS::RootedValue made(cx);
    if (!JS::Call(cx, JS::UndefinedHandleValue, prelude, given, &made) || !made.isObject())
        return false;
    entries = &made.toObject();
    return true;
}

/// Why a call came back without an answer.
Refusal ScriptCalls::failed() {
    JSContext* cx = engine.cx;
    if (engine.gave_up) {
        engine.gave_up = false;
        if (engine.budget.on_hung) engine.budget.on_hung(engine.calls);
        JS_ClearPendingException(cx);
        return {"timeout", "a function of the design document never ended"};
    }
    JS::RootedValue problem(cx);
    if (!JS_GetPendingException(cx, &problem)) return {"out_of_memory", "JavaScript ended"};
    JS_ClearPendingException(cx);
    return {"unknown_error", utf8(cx, problem)};
}

std::variant<json::Value, Refusal>
ScriptCalls::call(const char* entry, const std::vector<std::string_view>& texts, const bool* flag) {
    ++engine.calls;
    if (engine.budget.hung.count(engine.calls) > 0)
        return Refusal{"timeout", "a function of the design document never ended"};
    JSContext* cx = engine.cx;
    const JSAutoRealm realm(cx, global);
    JS::RootedValueVector given(cx);
    for (const std::string_view text : texts) {
        JSString* copied = to_js(cx, text);
        if (copied == nullptr || !given.append(JS::StringValue(copied))) return failed();
    }
    if (flag != nullptr && !given.append(JS::BooleanValue(*flag))) return failed();
    JS::RootedValue answer(cx);
    engine.watchdog->watch(engine.budget.wall);
    const bool done = JS::Call(cx, entries, entry, given, &answer);
    engine.watchdog->rest();
    if (!done) return failed();
    const json::Parsed parsed = json::parse(utf8(cx, answer));
    // Depth alone can be wrong with what JSON.stringify wrote.
    if (!parsed.ok()) return Refusal{"internal_server_error", parsed.problem};
    const auto ok = parsed.value.view().find("ok");
    if (!ok) return refusal_of(parsed.value.view());
    return json::Value::copy_of(ok->bytes());
}

}   // namespace

std::variant<std::unique_ptr<Program>, Refusal> Engine::load(json::View design) {
    auto program = std::make_unique<ScriptCalls>(*machine_);
    if (!program->build()) return program->failed();
    auto loaded = program->call("load", {json::to_text(design)}, nullptr);
    if (auto* refusal = std::get_if<Refusal>(&loaded)) return std::move(*refusal);
    return std::unique_ptr<Program>(new Program(std::move(program)));
}

namespace {

std::variant<std::monostate, Refusal> whether_well(std::variant<json::Value, Refusal> answer) {
    if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
    return std::monostate{};
}

std::variant<bool, Refusal> truth(std::variant<json::Value, Refusal> answer) {
    if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
    return std::get<json::Value>(answer).view().boolean();
}

std::string array_of(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts) {
        if (out.size() > 1) out += ',';
        json::print_text(text, out);
    }
    return out + "]";
}

}   // namespace

std::variant<std::monostate, Refusal> Program::add_map(std::string_view source) {
    return whether_well(calls_->call("addMap", {source}, nullptr));
}

std::variant<std::vector<std::vector<Emitted>>, Refusal> Program::map(json::View document) {
    auto answer = calls_->call("map", {json::to_text(document)}, nullptr);
    if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
    std::vector<std::vector<Emitted>> all;
    for (const json::View rows : std::get<json::Value>(answer).view().elements()) {
        auto& emitted = all.emplace_back();
        for (const json::View row : rows.elements()) {
            auto part = row.elements().begin();
            json::Value key = json::own(*part);
            ++part;
            emitted.push_back({std::move(key), json::own(*part)});
        }
    }
    return all;
}

std::variant<json::Value, Refusal> Program::reduce(const std::vector<std::string>& sources,
                                                   json::View rows, bool limit) {
    return calls_->call("reduce", {array_of(sources), json::to_text(rows)}, &limit);
}

std::variant<json::Value, Refusal> Program::rereduce(const std::vector<std::string>& sources,
                                                     json::View values, bool limit) {
    return calls_->call("rereduce", {array_of(sources), json::to_text(values)}, &limit);
}

std::variant<std::monostate, Refusal> Program::validate(std::string_view source,
                                                        json::View document,
                                                        const json::Value& before, json::View user,
                                                        json::View security) {
    const std::string was = before ? json::to_text(before.view()) : "null";
    return whether_well(calls_->call(
        "validate",
        {source, json::to_text(document), was, json::to_text(user), json::to_text(security)},
        nullptr));
}

std::variant<bool, Refusal> Program::filter(std::string_view source, json::View document,
                                            json::View request) {
    return truth(
        calls_->call("filter", {source, json::to_text(document), json::to_text(request)}, nullptr));
}

std::variant<bool, Refusal> Program::emits(std::string_view source, json::View document) {
    return truth(calls_->call("emits", {source, json::to_text(document)}, nullptr));
}

std::variant<json::Value, Refusal> Program::render(std::string_view kind, std::string_view source,
                                                   json::View given) {
    return calls_->call("render", {kind, source, json::to_text(given)}, nullptr);
}

}   // namespace glasshive::store::javascript
