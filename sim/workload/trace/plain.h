#pragma once

#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "workload/trace/source.h"
#include "workload/trace/table.h"

namespace glasshive::workload::trace {

/// Glasshive's own format: comma-separated values with a header. `submit` (seconds) must be there
/// and never falls; the others may be left out or empty, in any order:
/// name, run (seconds; empty: stays), estimate (seconds), cpus, memory (MiB), gpus, gpu_milli,
/// models, priority, gang.
class PlainSource final : public TaskSource {
  public:
    /// Reads the header. What is wrong with it is told at once.
    static Result<std::unique_ptr<PlainSource>> open(Lines lines);
    bool next(Task& out) override;
    Diagnostics problems() const override { return table_.problems(); }

  private:
    explicit PlainSource(Lines lines) : table_(std::move(lines), Table::Style::commas) {}
    struct Columns {
        std::size_t name, submit, run, estimate, cpus, memory, gpus, gpu_milli, models, priority,
            gang;
    };
    std::int64_t integer(std::size_t at, std::int64_t otherwise, std::int64_t least,
                         std::int64_t most);

    Table table_;
    Columns at_{};
    Time last_{};
};

/// Writes what PlainSource reads. Times have as many digits as they need, at most nine.
class PlainWriter {
  public:
    explicit PlainWriter(std::ostream& out);
    void write(const Task& task);

  private:
    std::ostream& out_;
};

/// Machines: name, cpus, memory (MiB), gpus, model; idle_watts and peak_watts (empty: as idle);
/// price (per hour); and count, for several that are alike (their names end with their number, from
/// 1). `name` and `cpus` must be there.
Result<std::vector<Machine>> read_machines(Lines lines);
/// Writes what read_machines reads, one line a machine.
void write_machines(std::ostream& out, const std::vector<Machine>& machines);

}   // namespace glasshive::workload::trace
