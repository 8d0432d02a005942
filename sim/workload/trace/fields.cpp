#include "workload/trace/fields.h"

#include <cmath>

#include "base/assert.h"

namespace glasshive::workload::trace {

Cpus cpus_of_share(double share, const WholeMachine& machine) {
    SIM_ASSERT(share >= 0 && share <= share_most);
    constexpr std::int64_t milli = 1'000'000;
    const double thousandths = share * static_cast<double>(machine.cpus.count) / milli;
    const std::int64_t rounded = std::llround(thousandths);
    return {(rounded == 0 && share > 0 ? 1 : rounded) * milli};
}

Bytes memory_of_share(double share, const WholeMachine& machine) {
    SIM_ASSERT(share >= 0 && share <= share_most);
    const double mib = share * static_cast<double>(machine.memory.count / mebibyte.count);
    return mebibyte * static_cast<std::int64_t>(std::ceil(mib));
}

Duration seconds_at(Table& table, std::size_t at) {
    return Duration{std::llround(table.number(at, 0, seconds_most) * 1e9)};
}

Cpus cpus_at(Table& table, std::size_t at) {
    return {std::llround(table.number(at, 0, cpus_most) * 1e9)};
}

double share_at(Table& table, std::size_t at) {
    return table.is_empty(at) ? 0 : table.number(at, 0, share_most);
}

std::string nano_text(std::int64_t nano) {
    std::string text = std::to_string(nano / 1'000'000'000);
    const std::int64_t rest = nano % 1'000'000'000;
    if (rest == 0) return text;
    std::string digits = std::to_string(rest);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    return text + "." + digits;
}

std::string csv_text(const std::string& field) {
    if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
    std::string all = "\"";
    for (const char c : field) all += c == '"' ? std::string("\"\"") : std::string(1, c);
    return all + "\"";
}

}   // namespace glasshive::workload::trace
