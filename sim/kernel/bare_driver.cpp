#include "kernel/bare_driver.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace glasshive::kernel {

void BareDriver::run_until(Time horizon) {
    while (true) {
        const Time flow_due = by_finish_.empty() ? time_never : by_finish_.begin()->first.first;
        // At equal instants flows complete before timers run.
        const Time limit = std::min(horizon, flow_due == time_never ? flow_due
                                                                    : flow_due - Duration{1});
        if (limit >= kernel_.now()) {
            if (kernel_.drain(limit) == Kernel::Drained::flow_operation) {
                kernel_.run_flow_operations();
                continue;
            }
        } else if (kernel_.has_flow_operations()) {
            kernel_.run_flow_operations();
            continue;
        }
        if (flow_due > horizon) break;
        kernel_.advance_to(flow_due);
        const FlowId flow = by_finish_.begin()->second;
        by_finish_.erase(by_finish_.begin());
        kernel_.flow_finished(flow);
    }
    kernel_.advance_to(horizon);
}

void BareDriver::start(FlowId flow, HostId from, HostId to, double bytes, double rate_cap) {
    const auto index = static_cast<std::size_t>(flow);
    if (running_.size() <= index) running_.resize(index + 1);
    double rate = static_cast<double>(kernel_.topology().path(from, to).bottleneck.count) / 8;
    if (rate_cap > 0) rate = std::min(rate, rate_cap);
    const auto span = static_cast<std::int64_t>(std::ceil(bytes / rate * 1e9));
    running_[index] = {.finish = kernel_.now() + Duration{span}, .started = kernel_.now(),
                       .order = ++order_, .bytes = bytes, .rate = rate};
    by_finish_.insert({{running_[index].finish, order_}, flow});
}

double BareDriver::stop(FlowId flow) {
    const Running& r = running_[static_cast<std::size_t>(flow)];
    by_finish_.erase({{r.finish, r.order}, flow});
    return std::max(0.0, r.bytes - r.rate * seconds_of(kernel_.now() - r.started));
}

}   // namespace glasshive::kernel
