#pragma once

#include <optional>
#include <string>

#include "workload/trace/fields.h"
#include "workload/trace/part_reader.h"

namespace glasshive::workload::trace {

/// What 1.0 means; the dataset says shares alone, these are ours.
inline constexpr WholeMachine azure_packing_machine{one_cpu * 64, gibibyte * 512};

/// How requests for shares of a machine become CPUs and memory.
struct AzurePackingOptions {
    WholeMachine whole = azure_packing_machine;
    /// The machineId whose shares are taken. VM types that it cannot run are left out. None: of
    /// each type the smallest machineId that it has.
    std::optional<std::string> machine;
};

/// Requests for virtual machines of Azure's dataset for packing: an SQLite file, unpacked, with the
/// tables vm (vmId, tenantId, vmTypeId, priority, starttime, endtime) and vmType (id, vmTypeId,
/// machineId, core, memory, hdd, ssd, nic). In order of starttime, equal times by vmId.
///
/// - Times are days. What was there when the trace began has a negative start (one of -7157 among
///   them): it is submitted at 0 and runs until its end. What ended before 0 is left out.
/// - No endtime: it stays.
/// - Priority 0 is high and 1 low: a task's priority is its negative.
/// - core and memory are shares of a machine, which differ by machineId; hdd, ssd and nic are not
///   read.
///
/// The file may come from anybody: it is opened read-only and nothing in it is run; a damaged one
/// is a problem, which names the row where there is one.
/// Source: Azure/AzurePublicDataset, AzureTracesForPacking2020.md, "Schema and Description".
Diagnostics read_azure_packing(const std::string& path, const AzurePackingOptions& options,
                               const TaskSink& sink, std::int64_t* left_out = nullptr);

}   // namespace glasshive::workload::trace
