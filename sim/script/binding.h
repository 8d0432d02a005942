#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "script/spec.h"

struct lua_State;

/// What the program shows to scripts, without a word of Lua: views of objects, with their fields
/// and methods. The tables are data, so that docs/reference/lua.md is printed from them.
namespace glasshive::script {

struct ViewType;

/// Takes one value to a script: a field, or what a method gives back. Exactly one call each.
/// Whatever it makes there is paid for by the script.
class Out {
  public:
    explicit Out(lua_State* lua) : lua_(lua) {}

    void nothing();
    void boolean(bool value);
    void integer(std::int64_t value);
    void number(double value);
    void text(std::string_view value);
    void value(const Value& value);
    /// Tables of the script's own: it may change them, which changes nothing here.
    void texts(const std::map<std::string, std::string>& map);
    void integers(const std::map<std::string, std::int64_t>& map);
    /// A table of the script's own with mixed values.
    void record(const std::vector<std::pair<std::string, Value>>& fields);
    /// A sequence 1..count.
    void list(std::size_t count, const std::function<void(std::size_t, Out&)>& element);
    /// Tables of the script's own, from JSON: arrays are sequences, what is null in an object is
    /// not there, and in an array it is an empty table, which Arguments::json writes as null again.
    /// The text must be JSON. Whatever lies deeper than 100 levels ends the script.
    void json(std::string_view text);
    /// Read-only, and only there while the call lasts. `object` as `type` takes it.
    void view(const ViewType& type, const void* object);

  private:
    lua_State* lua_;
};

/// A function of one sandbox's script, kept for calling (call.h).
struct FunctionId {
    int reference = -1;
    bool valid() const { return reference >= 0; }
    friend bool operator==(FunctionId, FunctionId) = default;
};

/// What a script passed to a function or method. Anything else than asked for ends the script with
/// a message.
class Arguments {
  public:
    /// `first`: where they begin on the stack.
    Arguments(lua_State* lua, int first) : lua_(lua), first_(first) {}
    bool given(int number) const;   ///< Neither left out nor nil. `number` counts from 0.
    bool is_text(int number) const;
    bool is_function(int number) const;
    std::string_view text(int number) const;
    std::int64_t integer(int number) const;
    double number(int number) const;
    bool truth(int number) const;            ///< Everything but nil and false.
    int line() const;                        ///< Where the script calls; 0: not from a line.
    FunctionId function(int number) const;   ///< Kept until the sandbox ends.
    Value value(int number) const;           ///< A boolean, number or text.
    /// A value made of tables, as JSON: sequences are arrays, others objects in order of their
    /// keys. An empty table is an object, and null inside another one: it may be either.
    /// `indent`: of lines; none: all on one line.
    std::string json(int number, int indent = -1) const;

  private:
    lua_State* lua_;
    int first_;
};

struct ViewField {
    const char* name;
    const char* type;   ///< For people: "integer", "table of texts".
    const char* doc;    ///< One sentence, with its unit.
    void (*read)(const void* object, Out& out);
};

/// Refuses what a script asked of a bound function or method: it sees an error with this message.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A function that scripts may call.
struct FunctionInfo {
    const char* name;        ///< "sleep", or with a table's name before it: "http.get".
    const char* arguments;   ///< For people: "(seconds)".
    const char* type;        ///< Of what it gives back.
    const char* doc;
};
/// May throw Refusal. Uses `out` once, or not at all: then nil is given back.
using FunctionBody = std::function<void(const Arguments& arguments, Out& out)>;

struct ViewMethod {
    const char* name;
    const char* arguments;   ///< For people: "(name)".
    const char* type;        ///< Of what it gives back.
    const char* doc;
    /// May throw Refusal.
    void (*call)(const void* object, const Arguments& arguments, Out& out);
};

/// A kind of object that scripts may look at: `node.memory_free`. Lives as long as the program.
struct ViewType {
    const char* name;   ///< "node"; for messages and tostring.
    const char* doc;
    std::span<const ViewField> fields;
    std::span<const ViewMethod> methods;
    /// Fields that only some such objects have; false: this one has none of that name. Null: none.
    bool (*other)(const void* object, std::string_view name, Out& out) = nullptr;
};

}   // namespace glasshive::script
