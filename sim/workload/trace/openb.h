#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "workload/trace/lines.h"
#include "workload/trace/task.h"

namespace glasshive::workload::trace {

/// Nodes of Alibaba's cluster-trace-gpu-v2023: sn, cpu_milli, memory_mib, gpu, model.
Result<std::vector<Machine>> read_openb_nodes(Lines lines);

/// Pods of the same: name, cpu_milli, memory_mib, num_gpu, gpu_milli, and where they are there
/// gpu_spec, creation_time and deletion_time (seconds; pods without stay).
///
/// A pod without GPUs asks for no thousandths of one, whatever the column says, and none asks for
/// more than all of one.
/// Source: alibaba/clusterdata cluster-trace-gpu-v2023/README.md.
Result<std::vector<Task>> read_openb_pods(Lines lines);

/// In which order pods arrive, and how nodes that score alike are ranked.
struct OpenbOrder {
    std::vector<std::uint32_t> pods;        ///< Indices into the pods sorted by name; may repeat.
    std::vector<std::uint32_t> node_rank;   ///< Of the i-th node sorted by name: lower wins.
};

/// Orders by seed. One line each: "seed,pods,i0 i1 …" and "seed,node_rank,r0 r1 …".
Result<std::map<std::uint64_t, OpenbOrder>> read_openb_orders(Lines lines);

}   // namespace glasshive::workload::trace
