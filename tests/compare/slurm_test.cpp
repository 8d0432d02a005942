// Goal: runs become arrays whose indices a cluster takes. Method: lists of runs and what sbatch is
// told; tests/compare/slurm_test.py has Slurm itself.
#include "compare/slurm.h"

#include <catch2/catch.hpp>

using glasshive::compare::slurm_arrays;
using glasshive::compare::SlurmArray;

TEST_CASE("runs become arrays of indices below the limit", "[compare][slurm]") {
    struct Row {
        std::vector<std::size_t> runs;
        std::size_t size_max;
        std::vector<std::pair<std::size_t, std::string>> expected;   // First run, indices.
    };
    const std::vector<Row> rows{
        {{0}, 1001, {{0, "0"}}},
        {{0, 1, 2, 3}, 1001, {{0, "0-3"}}},
        {{2, 3, 5, 7, 8, 9}, 1001, {{0, "2-3,5,7-9"}}},
        {{1000, 1001, 1002}, 1001, {{0, "1000"}, {1001, "0-1"}}},
        {{4, 5, 6, 17}, 5, {{0, "4"}, {5, "0-1"}, {15, "2"}}},
        {{0, 1}, 1, {{0, "0"}, {1, "0"}}},
    };
    for (const Row& row : rows) {
        std::vector<std::pair<std::size_t, std::string>> found;
        std::vector<std::size_t> runs;
        for (const SlurmArray& array : slurm_arrays(row.runs, row.size_max)) {
            found.emplace_back(array.first, array.indices);
            runs.insert(runs.end(), array.runs.begin(), array.runs.end());
        }
        CHECK(found == row.expected);
        CHECK(runs == row.runs);
    }
}

TEST_CASE("a list of indices is never longer than a word may be", "[compare][slurm]") {
    std::vector<std::size_t> runs;
    for (std::size_t run = 0; run < 100'000; run += 2) runs.push_back(run);
    std::size_t all = 0;
    const auto arrays = slurm_arrays(runs, 4'000'001);
    for (const SlurmArray& array : arrays) {
        CHECK(array.indices.size() < 128 * 1024);
        all += array.runs.size();
    }
    CHECK(arrays.size() > 1);
    CHECK(all == runs.size());
}
