#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bare_loop.h"

namespace glasshive::bench {

/// Tasks of a trace in the plain format (glasshive trace generate), times in ms. The least that
/// reading a file can cost: what is wrong in it is not looked for.
inline std::vector<Bare::Work> read_work(const std::string& path) {
    std::ifstream in(path);
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error(path + ": cannot be read");
    std::vector<Bare::Work> work;
    while (std::getline(in, line)) {
        // name,submit,run,estimate,cpus,…
        std::array<std::size_t, 5> field{};
        for (std::size_t i = 1; i < field.size(); ++i) field[i] = line.find(',', field[i - 1]) + 1;
        const auto number = [&](std::size_t i) {
            return std::strtod(line.c_str() + field[i], nullptr);
        };
        work.push_back({std::llround(number(1) * 1000), std::llround(number(2) * 1000),
                        static_cast<int>(number(4))});
    }
    return work;
}

/// What tests/bench/side_by_side.py compares.
inline void print_result(const Bare::Result& result) {
    std::printf("{\"makespan_ms\": %lld, \"placements\": \"%016llx\"}\n",
                static_cast<long long>(result.last),
                static_cast<unsigned long long>(result.digest));
}

}   // namespace glasshive::bench
