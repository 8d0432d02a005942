#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace glasshive::compare {

/// Runs of a plan that are to be done as job arrays of Slurm.
///
/// Source: sbatch(1), squeue(1), scancel(1) and slurm.conf(5) of Slurm 22.05.
struct SlurmRequest {
    std::vector<std::size_t> runs;      ///< Ascending; not empty.
    std::string program;                ///< This one. Absolute, as tasks begin elsewhere.
    std::string out;                    ///< The folder with the plan; absolute.
    std::vector<std::string> options;   ///< More words for sbatch, before ours.
    std::size_t at_once = 0;   ///< Tasks of an array at a time; 0: as many as there is room.
};

/// What became of them.
struct SlurmEnd {
    Diagnostics problems;                      ///< Slurm is not there, or refuses.
    std::map<std::size_t, std::string> lost;   ///< Runs without a result; files of their output.
    int signal = 0;                            ///< It came meanwhile, and all was cancelled.
};

/// What the caller knows and wants to know while arrays wait and run.
struct SlurmWatch {
    /// Jobs are in the queue, by their ids.
    std::function<void(const std::vector<std::string>& jobs)> submitted;
    /// Which of these runs have a result by now; `run_on_slurm` forgets them.
    std::function<std::vector<std::size_t>(const std::map<std::size_t, std::string>& waiting)> done;
};

/// One array, or several where `MaxArraySize` or the length of a word does not let one do it.
struct SlurmArray {
    std::size_t first = 0;   ///< The run of index 0: indices stay below MaxArraySize.
    std::string indices;     ///< "0-3,5".
    std::vector<std::size_t> runs;
};
/// Requires `size_max` > 0.
std::vector<SlurmArray> slurm_arrays(const std::vector<std::size_t>& runs, std::size_t size_max);

/// Submits the runs and waits until each has a result or Slurm has nothing left of them. On SIGINT,
/// SIGTERM or SIGHUP the arrays are cancelled. Tasks write to OUT/slurm, which is removed when
/// every run has a result.
SlurmEnd run_on_slurm(const SlurmRequest& request, const SlurmWatch& watch);

}   // namespace glasshive::compare
