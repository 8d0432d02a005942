#include "workload/trace/swf.h"

#include <charconv>

#include "workload/trace/table.h"

namespace glasshive::workload::trace {

namespace {

// Columns, from 0: job number, submit, wait, run, allocated processors, …
constexpr std::size_t number = 0, submit = 1, run = 3, allocated = 4, requested = 7,
                      requested_time = 8, fields_all = 18;
constexpr std::int64_t seconds_most = 4'000'000'000;   // 126 years: twice that is a Time.
constexpr std::int64_t processors_most = 100'000'000;

/// "; MaxProcs: 100" in the comments before the jobs.
void read_comment(std::string_view line, std::string_view key, std::int64_t& out) {
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos) return;
    std::string_view rest = line.substr(at + key.size());
    const std::size_t digit = rest.find_first_of("0123456789");
    if (digit == std::string_view::npos) return;
    rest.remove_prefix(digit);
    std::int64_t value = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), value).ec == std::errc{}) {
        out = value;
    }
}

}   // namespace

Result<SwfLog> read_swf(Lines lines) {
    SwfLog log;
    std::int64_t nodes = 0;
    Table table(std::move(lines), Table::Style::blanks);
    table.expect_fields(fields_all, fields_all);
    table.skip_comments(';', [&](std::string_view line) {
        read_comment(line, "MaxProcs:", log.processors);
        read_comment(line, "MaxNodes:", nodes);
    });
    Time last{};
    while (table.next()) {
        Task job;
        job.line = table.line();
        job.name = table.text(number);
        job.cpus = one_cpu;
        job.submit = Time{std::chrono::seconds{table.integer(submit, 0, seconds_most)}};
        const double ran = table.number(run, -1, static_cast<double>(seconds_most));
        const std::int64_t had = table.integer(allocated, -1, processors_most);
        const std::int64_t asked = table.integer(requested, -1, processors_most);
        const double estimate = table.number(requested_time, -1, static_cast<double>(seconds_most));
        if (job.submit < last) {
            table.complain(submit, "it was submitted before the job above",
                           "a log is sorted by submit time");
        }
        last = job.submit;
        const std::int64_t processors = had > 0 ? had : asked;
        if (ran <= 0 || processors <= 0) {
            ++log.left_out;
            continue;
        }
        job.gang = static_cast<std::int32_t>(processors);
        job.run = Duration{static_cast<std::int64_t>(ran * 1e9)};
        if (estimate > 0) job.estimate = Duration{static_cast<std::int64_t>(estimate * 1e9)};
        log.jobs.push_back(std::move(job));
    }
    if (table.ok() && log.jobs.empty()) table.complain(Table::whole, "there are no jobs");
    if (!table.ok()) return table.problems();
    if (log.processors == 0) log.processors = nodes;
    return log;
}

}   // namespace glasshive::workload::trace
