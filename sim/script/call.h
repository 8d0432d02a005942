#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "script/binding.h"
#include "script/sandbox.h"

namespace glasshive::script {

/// One call of a script's function, with an instruction budget of its own.
///
///     Call call(sandbox, score);
///     call.view(node_type, &node);
///     if (auto problem = call.run()) …
///     call.number(0)
///
/// After a problem the sandbox is of no use any more.
class Call {
  public:
    static constexpr std::size_t arguments_most = 4;
    static constexpr std::size_t results_most = 2;
    enum class Kind : std::uint8_t { nothing, boolean, integer, number, text, list, other };

    Call(Sandbox& sandbox, FunctionId function) : sandbox_(sandbox), function_(function) {}

    void view(const ViewType& type, const void* object);
    void integer(std::int64_t value);
    void number(double value);
    void text(std::string_view value);   ///< Must live until run().

    std::optional<Diagnostic> run();

    /// What came back: `result` from 0; nothing beyond what the function gave.
    Kind kind(std::size_t result) const { return results_[result].kind; }
    bool is_number(std::size_t result) const {
        return kind(result) == Kind::integer || kind(result) == Kind::number;
    }
    bool boolean(std::size_t result) const { return results_[result].number != 0; }
    std::int64_t integer_of(std::size_t result) const { return results_[result].integer; }
    double number_of(std::size_t result) const { return results_[result].number; }
    const std::string& text_result() const { return text_; }   ///< The first one only.
    /// Of a result of kind list: a sequence of numbers. The first one only.
    const std::vector<double>& numbers() const { return numbers_; }

  private:
    friend class Sandbox;
    struct Viewed {
        const ViewType* type;
        const void* object;
    };
    using Argument = std::variant<std::int64_t, double, std::string_view, Viewed>;
    struct Result {
        Kind kind = Kind::nothing;
        std::int64_t integer = 0;
        double number = 0;
    };

    static int perform(lua_State* lua);
    void push_arguments(lua_State* lua) const;
    void take_results(lua_State* lua);
    void take(lua_State* lua, int index, Result& result);

    Sandbox& sandbox_;
    FunctionId function_;
    std::array<Argument, arguments_most> arguments_;
    std::size_t count_ = 0;
    std::array<Result, results_most> results_;
    std::string text_;
    std::vector<double> numbers_;
};

}   // namespace glasshive::script
