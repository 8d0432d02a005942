#include "autoscale/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace glasshive::autoscale {

namespace {

/// Four digits behind the point say enough, alike on every machine.
std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value + 0.0);   // -0 is 0.
    return text;
}

void add(std::string& text, const char* name, const std::optional<double>& value) {
    if (value) text += std::string(",\"") + name + "\":" + number(*value);
}

std::optional<double> seconds(const std::optional<Duration>& duration) {
    return duration ? std::optional(seconds_of(*duration)) : std::nullopt;
}

}   // namespace

std::optional<double> Metrics::utilisation() const {
    if (tasks.empty() || reserved.count == 0) return std::nullopt;
    double used = 0;
    for (const Task& task : tasks) used += task.cpus;
    return used * 1e9 / (static_cast<double>(reserved.count) * static_cast<double>(tasks.size()));
}

double Metrics::requests_per_second() const {
    return interval > Duration{} ? static_cast<double>(requests) / seconds_of(interval) : 0;
}

std::string Metrics::text() const {
    std::string text = "{\"running\":" + std::to_string(running) +
                       ",\"measured\":" + std::to_string(tasks.size());
    add(text, "utilisation", utilisation());
    add(text, "requests_per_second", requests_per_second());
    text += ",\"in_flight\":" + std::to_string(in_flight) +
            ",\"failed\":" + std::to_string(failed);
    add(text, "latency_p50", seconds(latency_p50));
    add(text, "latency_p95", seconds(latency_p95));
    return text + "}";
}

std::optional<Duration> quantile(std::vector<Duration>& latencies, double share) {
    if (latencies.empty()) return std::nullopt;
    const auto rank = static_cast<std::size_t>(
        std::max(1.0, std::ceil(share * static_cast<double>(latencies.size()))));
    const auto at = latencies.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(latencies.begin(), at, latencies.end());
    return *at;
}

}   // namespace glasshive::autoscale
