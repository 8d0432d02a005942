#pragma once

#include <memory>

#include "base/result.h"
#include "runtime/pull_order.h"
#include "script/call.h"
#include "script/reference.h"
#include "script/spec.h"

namespace glasshive::policy {

/// What a pull policy may give back.
std::span<const script::EntryInfo> pull_entries();

/// Which image is downloaded next, in Lua: one script for all engines. The script gives back
///
///     return { next = function(images, engine) … return index end }
class ScriptedPulls final : public runtime::PullOrder {
  public:
    /// `names` must outlive it; `seed` is the run's.
    static Result<std::unique_ptr<ScriptedPulls>> load(const script::ScriptSpec& spec,
                                                       const Names& names, std::uint64_t seed);
    std::size_t next(NameId engine, std::span<const runtime::QueuedPull> queued, Time now) override;

  private:
    ScriptedPulls(const script::ScriptSpec& spec, const Names& names, std::uint64_t seed);
    [[noreturn]] void fail(Diagnostic problem) const;

    script::ScriptSpec spec_;
    const Names& names_;
    script::Sandbox sandbox_;
    script::FunctionId next_;
    int line_ = 0;
};

/// `images`, as columns, and `engine`.
extern const script::ViewType images_type;
extern const script::ViewType engine_type;

}   // namespace glasshive::policy
