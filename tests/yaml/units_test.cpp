// Goal: both unit grammars accept what they promise, exactly, and explain what they refuse.
// Method: tables of texts with the value, or the problem and hint, they must give.
#include <catch2/catch.hpp>

#include "yaml/units.h"

using namespace glasshive;
using namespace glasshive::yaml;
using namespace std::chrono_literals;

namespace {

template <class T>
void require_value(const Parsed<T>& parsed, T expected, const char* text) {
    CAPTURE(text, parsed.problem);
    REQUIRE(parsed);
    REQUIRE(*parsed.value == expected);
}

template <class T>
std::string problem_of(const Parsed<T>& parsed) {
    if (parsed) return "accepted";
    return parsed.hint.empty() ? parsed.problem : parsed.problem + " | " + parsed.hint;
}

}   // namespace

TEST_CASE("durations are exact sums of numbers with units", "[yaml][units]") {
    struct Row { const char* text; Duration value; };
    for (const Row& row : std::vector<Row>{
             {"250ms", 250ms}, {"1m30s", 90s}, {"1.5h", 90min}, {"0s", 0s}, {"2d", 48h},
             {"0.000000001s", 1ns}, {"1h0.5s", 3600s + 500ms}, {"15us", 15us}, {"7ns", 7ns},
             {"9223372036854775807ns", Duration::max()}}) {
        require_value(parse_duration(row.text), row.value, row.text);
    }
}

TEST_CASE("a bad duration says why", "[yaml][units]") {
    const std::string hint = " | durations end in ms, s, m or h, such as 250ms or 1m30s";
    struct Row { const char* text; std::string problem; };
    for (const Row& row : std::vector<Row>{
             {"5", "\"5\" is not a duration" + hint + "; did you mean 5s?"},
             {"10 sec", "\"10 sec\" is not a duration" + hint + "; did you mean 10s?"},
             {"3min", "\"3min\" is not a duration" + hint + "; did you mean 3m?"},
             {"0", "\"0\" is not a duration | a duration needs a unit: 0s"},
             {"", "\"\" is not a duration" + hint},
             {"soon", "\"soon\" is not a duration" + hint},
             {"-5s", "\"-5s\" is not a duration | durations have no sign"},
             {"1..5s", "\"1..5s\" is not a duration" + hint},
             {"30s1m", "\"30s1m\" is not a duration | write larger units first, each once: 1m30s"},
             {"1s1s", "\"1s1s\" is not a duration | write larger units first, each once: 1m30s"},
             {"0.5ns", "\"0.5ns\" is finer than a nanosecond"},
             {"9223372036854775808ns", "\"9223372036854775808ns\" is too large"},
             {"400000d", "\"400000d\" is too large"}}) {
        CAPTURE(row.text);
        REQUIRE(problem_of(parse_duration(row.text)) == row.problem);
    }
}

TEST_CASE("sizes are powers of 1024 and nothing else", "[yaml][units]") {
    require_value(parse_bytes("4GiB"), gibibyte * 4, "4GiB");
    require_value(parse_bytes("1.5MiB"), Bytes{1'572'864}, "1.5MiB");
    require_value(parse_bytes("512B"), Bytes{512}, "512B");
    require_value(parse_bytes("0B"), Bytes{0}, "0B");
    const std::string hint = " | sizes end in B, KiB, MiB or GiB";
    REQUIRE(problem_of(parse_bytes("256Mb")) ==
            "\"256Mb\" is not a size" + hint + "; did you mean 256MiB?");
    REQUIRE(problem_of(parse_bytes("64k")) ==
            "\"64k\" is not a size" + hint + "; did you mean 64KiB?");
    REQUIRE(problem_of(parse_bytes("4 gib")) ==
            "\"4 gib\" is not a size" + hint + "; did you mean 4GiB?");
    REQUIRE(problem_of(parse_bytes("100")) ==
            "\"100\" is not a size" + hint + "; did you mean 100MiB?");
    REQUIRE(problem_of(parse_bytes("big")) == "\"big\" is not a size" + hint);
    REQUIRE(problem_of(parse_bytes("0.3B")) == "\"0.3B\" is finer than a byte");
    REQUIRE(problem_of(parse_bytes("9000000TiB")) == "\"9000000TiB\" is too large");
}

TEST_CASE("bandwidths tell bits from bytes", "[yaml][units]") {
    require_value(parse_bandwidth("1Gbps"), gigabits(1), "1Gbps");
    require_value(parse_bandwidth("100MBps"), megabits(800), "100MBps");
    require_value(parse_bandwidth("2.5Mbps"), Bandwidth{2'500'000}, "2.5Mbps");
    require_value(parse_bandwidth("9600bps"), Bandwidth{9600}, "9600bps");
    const std::string hint =
        " | bandwidths end in kbps, Mbps or Gbps (bits), or in kBps, MBps or GBps (bytes)";
    struct Row { const char* text; const char* meant; };
    for (const Row& row : std::vector<Row>{{"1gbps", "1Gbps"},
                                           {"1Gb/s", "1Gbps"},
                                           {"1 Gbit/s", "1Gbps"},
                                           {"100MB/s", "100MBps"},
                                           {"100MB", "100MBps"},
                                           {"10MiBps", "10MBps"},
                                           {"5G", "5Gbps"}}) {
        REQUIRE(problem_of(parse_bandwidth(row.text)) == quoted(row.text) + " is not a bandwidth" +
                                                             hint + "; did you mean " + row.meant +
                                                             "?");
    }
    REQUIRE(problem_of(parse_bandwidth("fast")) == "\"fast\" is not a bandwidth" + hint);
}

TEST_CASE("CPUs, fractions and scalars are read exactly", "[yaml][units]") {
    require_value(parse_cpus("0.5"), Cpus{500'000'000}, "0.5");
    require_value(parse_cpus("16"), one_cpu * 16, "16");
    REQUIRE(problem_of(parse_cpus("250m")) ==
            "\"250m\" is not a number of CPUs | CPUs are a number "
            "such as 2 or 0.5; did you mean 0.25?");
    require_value(parse_fraction("25%"), 0.25, "25%");
    require_value(parse_fraction("0.1%"), 0.001, "0.1%");
    require_value(parse_fraction("1"), 1.0, "1");
    REQUIRE(problem_of(parse_fraction("5")) == "\"5\" is more than 1 | did you mean 5%?");
    REQUIRE(problem_of(parse_fraction("120%")) == "\"120%\" is more than 1");
    require_value(parse_integer("-9223372036854775808"), INT64_MIN, "min");
    REQUIRE(problem_of(parse_integer("9223372036854775808")) ==
            "\"9223372036854775808\" is too large");
    REQUIRE(problem_of(parse_integer("08")) ==
            "\"08\" is not a whole number | write it without leading zeros");
    REQUIRE(problem_of(parse_integer("3.0")) == "\"3.0\" is not a whole number | did you mean 3?");
    REQUIRE(problem_of(parse_integer("1_000")) ==
            "\"1_000\" is not a whole number | did you mean 1000?");
    REQUIRE(problem_of(parse_integer("0x10")) ==
            "\"0x10\" is not a whole number | write it in decimal");
    require_value(parse_real("-1.5e3"), -1500.0, "-1.5e3");
    REQUIRE(problem_of(parse_real("inf")) == "\"inf\" is not a number");
    REQUIRE(problem_of(parse_real("1e999")) == "\"1e999\" is too large or too near to 0");
    REQUIRE(problem_of(parse_bool("on")) ==
            "\"on\" is neither true nor false | did you mean true?");
}

TEST_CASE("Docker's sizes are those of go-units RAMInBytes", "[yaml][units][docker]") {
    struct Row { const char* text; std::int64_t value; };
    for (const Row& row : std::vector<Row>{{"256M", 268'435'456},
                                           {"256mb", 268'435'456},
                                           {"256MiB", 268'435'456},
                                           {"1.5g", 1'610'612'736},
                                           {"64k", 65'536},
                                           {"512b", 512},
                                           {"1024", 1024},
                                           {"32 kb", 32'768},
                                           {"32.5kB", 33'280},
                                           {"1t", std::int64_t{1} << 40},
                                           {"2P", std::int64_t{1} << 51},
                                           {".5k", 512},
                                           {"1e3", 1000}}) {
        require_value(parse_docker_bytes(row.text), Bytes{row.value}, row.text);
    }
    struct Bad { const char* text; const char* problem; };
    for (const Bad& row : std::vector<Bad>{{"hello", "invalid size: 'hello'"},
                                           {"-32", "invalid size: '-32'"},
                                           {"32bm", "invalid suffix: 'bm'"},
                                           {"32kx", "invalid suffix: 'kx'"},
                                           {"32kibs", "invalid suffix: 'kibs'"},
                                           {"1x", "invalid suffix: 'x'"},
                                           {"99999P", "invalid size: '99999P'"}}) {
        CAPTURE(row.text);
        REQUIRE(parse_docker_bytes(row.text).problem == row.problem);
    }
    REQUIRE(parse_docker_bytes(" 32 ").problem.find("strconv.ParseFloat") == 0);
}

TEST_CASE("Docker's durations are those of Go's ParseDuration", "[yaml][units][docker]") {
    struct Row { const char* text; Duration value; };
    for (const Row& row :
         std::vector<Row>{{"1m30s", 90s},
                          {"1h", 1h},
                          {"100ms", 100ms},
                          {"1.5s", 1500ms},
                          {"20us", 20us},
                          {"20\xC2\xB5s", 20us},
                          {"3ns", 3ns},
                          {"0", 0s},
                          {"-1.5h", -90min},
                          {"+5s", 5s},
                          {"30s1m", 90s},
                          {".5s", 500ms},
                          {"5.s", 5s},
                          {"-9223372036854775808ns", Duration::min()},
                          {"0.3333333333333333333h", Duration{1'200'000'000'000}}}) {
        require_value(parse_go_duration(row.text), row.value, row.text);
    }
    struct Bad { const char* text; const char* problem; };
    for (const Bad& row : std::vector<Bad>{
             {"", "time: invalid duration \"\""},
             {"3", "time: missing unit in duration \"3\""},
             {"1x", "time: unknown unit \"x\" in duration \"1x\""},
             {".s", "time: invalid duration \".s\""},
             {"-", "time: invalid duration \"-\""},
             {"2d", "time: unknown unit \"d\" in duration \"2d\""},
             {"9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""}}) {
        CAPTURE(row.text);
        REQUIRE(parse_go_duration(row.text).problem == row.problem);
    }
    require_value(parse_docker_cpus("0.25"), Cpus{250'000'000}, "0.25");
    REQUIRE(parse_docker_cpus("0.0000000001").problem == "value is too precise");
}
