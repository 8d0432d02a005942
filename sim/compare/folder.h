#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compare/measured.h"
#include "compare/plan.h"

namespace glasshive::compare {

/// DIR: plan.json, runs/ with a shard for each run that is done, and the reports. A shard appears
/// whole or not at all, so whatever was killed may be begun again.
class Folder {
  public:
    explicit Folder(std::string path) : path_(std::move(path)) {}

    /// Makes the folder and its plan.json; one that holds another plan is left alone, with a
    /// problem.
    Diagnostics begin(const Plan& plan) const;
    Result<Plan> plan() const;
    bool has(const Plan& plan, std::size_t run) const { return shard(plan, run).has_value(); }
    /// Runs of which a file is there: one look at the folder, which may be on another machine.
    std::vector<std::size_t> files() const;
    std::optional<Measured> shard(const Plan& plan, std::size_t run) const;
    Diagnostics keep(const Plan& plan, std::size_t run, const Measured& measured) const;
    /// A file of the folder, whole or not at all.
    Diagnostics write(const std::string& name, const std::string& text) const;
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    /// Where a run's process says what went wrong.
    std::string log(std::size_t run) const;

  private:
    std::string path_;
};

}   // namespace glasshive::compare
