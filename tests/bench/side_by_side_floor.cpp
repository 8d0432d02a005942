// Goal: the floor of tests/bench/side_by_side.py. Method: the bare loop, as a program.
#include <cstdio>
#include <exception>

#include "side_by_side.h"

int main(int count, char** words) {
    using namespace glasshive::bench;
    if (count != 3) {
        std::fputs("usage: side_by_side_floor TRACE HOSTS\n", stderr);
        return 2;
    }
    try {
        const auto hosts = static_cast<std::uint32_t>(std::stoul(words[2]));
        print_result(Bare::run(read_work(words[1]), hosts));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
