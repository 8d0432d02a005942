#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

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
    /// A sequence 1..count.
    void list(std::size_t count, const std::function<void(std::size_t, Out&)>& element);
    /// Read-only, and only there while the call lasts. `object` as `type` takes it.
    void view(const ViewType& type, const void* object);

  private:
    lua_State* lua_;
};

/// What a script passed to a method. Anything else than asked for ends the script with a message.
class Arguments {
  public:
    /// `first`: where they begin on the stack.
    Arguments(lua_State* lua, int first) : lua_(lua), first_(first) {}
    std::string_view text(int number) const;   ///< `number` counts from 0.
    std::int64_t integer(int number) const;
    double number(int number) const;

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

struct ViewMethod {
    const char* name;
    const char* arguments;   ///< For people: "(name)".
    const char* type;        ///< Of what it gives back.
    const char* doc;
    void (*call)(const void* object, const Arguments& arguments, Out& out);
};

/// A kind of object that scripts may look at: `node.memory_free`. Lives as long as the program.
struct ViewType {
    const char* name;   ///< "node"; for messages and tostring.
    const char* doc;
    std::span<const ViewField> fields;
    std::span<const ViewMethod> methods;
};

}   // namespace glasshive::script
