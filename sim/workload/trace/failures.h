#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// Failures of machines: comma-separated values with a header. `machine` and `at` (seconds) must be
/// there, and `at` never falls; `down` (seconds) may be left out or empty: the machine stays away.
/// A machine may fail while it is down: the lines stand as they are.
Result<std::vector<Failure>> read_failures(Lines lines);
/// Writes what read_failures reads. Requires that `at` never falls.
void write_failures(std::ostream& out, const std::vector<Failure>& failures);

/// Failure records of Los Alamos: comma-separated, with a header. Read by name are System, nodenum,
/// "Prob Started (mm/dd/yy hh:mm)" (the name may end after "Started", the year have four digits)
/// and "Down Time" (minutes; empty: it stays away). Other columns and records without a start are
/// passed over, the latter as left_out().
///
/// A machine is "SYSTEM-NODE". Time 0 is the midnight before the earliest record. Times are local,
/// as written: twice a year an hour is missing or there twice.
/// Source: LA-UR-05-7318, "All systems failure/interrupt data 1996-2005"; Schroeder and Gibson,
/// "A large-scale study of failures in high-performance-computing systems" (DSN 2006).
class LanlFailures final : public PartReader {
  public:
    /// `system`: of this one alone; empty: of all.
    explicit LanlFailures(std::string system) : system_(std::move(system)) {}
    void read(Lines part) override;
    void end() override;
    /// In order of time, equal times as in the file; after end().
    const std::vector<Failure>& failures() const { return failures_; }

  private:
    std::string system_;
    std::vector<Failure> failures_;   // `at`: since 1970, until end().
};

}   // namespace glasshive::workload::trace
