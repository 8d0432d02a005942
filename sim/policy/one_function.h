#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "script/call.h"
#include "script/reference.h"
#include "script/sandbox.h"
#include "script/spec.h"

namespace glasshive::policy {

/// A policy that gives back a table with one function, which is called again and again.
class OneFunction {
  public:
    struct Terms {
        const char* kind;                  ///< "a balancer", for messages.
        const script::EntryInfo& entry;
        const char* hint;                  ///< How it is written.
        std::string stream;                ///< Where its `math.random` draws from.
        Bytes memory = script::Limits{}.memory;
    };
    /// Loads the script; `seed` is the run's. What is wrong with it as such a policy is told.
    static Result<std::unique_ptr<OneFunction>> load(const script::ScriptSpec& spec,
                                                     std::uint64_t seed, const Terms& terms);

    script::Sandbox& sandbox() { return sandbox_; }
    script::FunctionId function() const { return function_; }
    /// Runs a call of the function. Throws RunFailure with the line when the script fails.
    void run(script::Call& call) const;
    /// Throws RunFailure; a problem without a line is that of the function.
    [[noreturn]] void fail(Diagnostic problem) const;

  private:
    OneFunction(const script::ScriptSpec& spec, std::uint64_t seed, const Terms& terms);
    Diagnostics take(const std::vector<script::Offer>& offers, const Terms& terms);

    std::string file_;
    script::Sandbox sandbox_;
    script::FunctionId function_;
    int line_ = 0;
};

}   // namespace glasshive::policy
