#include "workload/trace/failures.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "workload/trace/fields.h"

namespace glasshive::workload::trace {

Result<std::vector<Failure>> read_failures(Lines lines) {
    Table table(std::move(lines), Table::Style::commas);
    static constexpr const char* wanted[] = {"machine", "at"};
    if (!table.read_header(wanted)) return table.problems();
    const std::size_t machine = *table.column("machine"), at = *table.column("at"),
                      down = table.column("down").value_or(Table::whole);
    std::vector<Failure> failures;
    Time last{};
    while (table.next()) {
        Failure failure;
        failure.line = table.line();
        failure.machine = table.text(machine);
        if (failure.machine.empty()) table.complain(machine, "a machine is missing");
        failure.at = Time{seconds_at(table, at)};
        if (failure.at < last) {
            table.complain(at, "it fails before the machine above", "failures are sorted by at");
        }
        last = std::max(last, failure.at);
        if (!table.is_empty(down)) failure.down = seconds_at(table, down);
        failures.push_back(std::move(failure));
    }
    if (table.ok() && failures.empty()) table.complain(Table::whole, "there are no failures");
    if (!table.ok()) return table.problems();
    return failures;
}

void write_failures(std::ostream& out, const std::vector<Failure>& failures) {
    out << "machine,at,down\n";
    for (const Failure& failure : failures) {
        out << csv_text(failure.machine) << ',' << nano_text(ns_of(failure.at)) << ','
            << (failure.down ? nano_text(failure.down->count()) : "") << '\n';
    }
}

namespace {

/// Takes a number and what must follow it off the front of `text`.
bool take_number(std::string_view& text, int& number, std::string_view after) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with(after)) return false;
    text.remove_prefix(after.size());
    return true;
}

/// "6/21/05 10:54", "06/21/2005 10:54": since 1970. Two digits are years from 1970 to 2069.
std::optional<Time> date_of(std::string_view text) {
    int month = 0, day = 0, year = 0, hour = 0, minute = 0;
    const bool read = take_number(text, month, "/") && take_number(text, day, "/") &&
                      take_number(text, year, " ") && take_number(text, hour, ":") &&
                      take_number(text, minute, "") && text.empty();
    if (!read || month > 12 || day > 31 || hour > 23 || minute > 59) return std::nullopt;
    if (year < 100) year += year < 70 ? 2000 : 1900;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (year < 1970 || year > 2069 || !date.ok()) return std::nullopt;
    return Time{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{hour} +
                std::chrono::minutes{minute}};
}

}   // namespace

void LanlFailures::read(Lines part) {
    Table table(std::move(part), Table::Style::commas);
    static constexpr const char* started_names[] = {"Prob Started (mm/dd/yy hh:mm)",
                                                    "Prob Started"};
    static constexpr const char* wanted[] = {"System", "nodenum", "Down Time"};
    if (!table.read_header(wanted)) {
        take_problems(table.problems());
        return;
    }
    const std::size_t system = *table.column("System"), node = *table.column("nodenum"),
                      down = *table.column("Down Time"),
                      started =
                          table.column(started_names[0])
                              .value_or(table.column(started_names[1]).value_or(Table::whole));
    if (started == Table::whole) {
        table.complain(Table::whole, std::string("the header lacks ") + started_names[0]);
        take_problems(table.problems());
        return;
    }
    while (table.next()) {
        if (!system_.empty() && table.text(system) != system_) continue;
        if (table.is_empty(started)) {
            ++left_out_;
            continue;
        }
        Failure failure;
        failure.line = table.line();
        if (table.is_empty(system)) table.complain(system, "a system is missing");
        if (table.is_empty(node)) table.complain(node, "a node is missing");
        failure.machine = std::string(table.text(system)) + "-" + std::string(table.text(node));
        const auto at = date_of(table.text(started));
        if (!at) {
            table.complain(started,
                           "\"" + std::string(table.text(started).substr(0, 40)) +
                               "\" is no date from 1970 to 2069",
                           "such as 06/21/05 10:54");
        }
        failure.at = at.value_or(Time{});
        if (!table.is_empty(down)) {
            constexpr std::int64_t minutes_most = static_cast<std::int64_t>(seconds_most) / 60;
            failure.down = std::chrono::minutes{table.integer(down, 0, minutes_most)};
        }
        failures_.push_back(std::move(failure));
    }
    take_problems(table.problems());
}

void LanlFailures::end() {
    std::stable_sort(failures_.begin(), failures_.end(),
                     [](const Failure& a, const Failure& b) { return a.at < b.at; });
    if (failures_.empty()) return;
    using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
    const Duration zero = std::chrono::duration_cast<Days>(failures_.front().at.time_since_epoch());
    for (Failure& failure : failures_) failure.at -= zero;
}

}   // namespace glasshive::workload::trace
