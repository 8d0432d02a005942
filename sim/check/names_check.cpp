#include <algorithm>
#include <set>

#include "check/expectation.h"
#include "yaml/units.h"

namespace glasshive::check {

namespace {

/// "a, b, c" or, of many, the first few and how many there are.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t shown_max = 8;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) {
        text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > shown_max) text += ", … (" + std::to_string(names.size()) + " in all)";
    return text;
}

/// Names compared with for a typo; with all of a large platform it would take minutes.
constexpr std::size_t compared_max = 1000;

class NamesCheck {
  public:
    explicit NamesCheck(const KnownNames& known)
        : known_(known), services_(known.services.begin(), known.services.end()),
          hosts_(known.hosts.begin(), known.hosts.end()),
          called_(known.called.begin(), known.called.end()) {}

    Diagnostics run(const std::vector<Expectation>& expectations) {
        for (const Expectation& each : expectations) check(each);
        return std::move(problems_);
    }

  private:
    void check(const Expectation& each) {
        if (!each.service.empty() && services_.count(each.service) == 0) {
            unknown(each, "service", each.service, known_.services);
        }
        if (!each.host.empty() && hosts_.count(each.host) == 0) {
            unknown(each, "host", each.host, known_.hosts);
        }
        if (!each.database.empty()) database(each, each.database);
        if (!each.document.empty()) database(each, each.document);
        const auto& steps = known_.steps;
        if (!each.step.empty() && std::count(steps.begin(), steps.end(), each.step) == 0) {
            unknown(each, "step", each.step, steps);
        }
        const When::Kind kind = each.when.kind;
        const bool of_fault =
            kind == When::Kind::within_of_fault || kind == When::Kind::after_fault ||
            kind == When::Kind::within_of_fault_end || kind == When::Kind::during_fault;
        if (of_fault) fault(each, each.when.fault);
        if (each.measure == Measure::fault_strikes) fault(each, each.fault);
        requests(each);
        instants(each);
    }

    /// A database, or a document in one: databases of several stores have slashes, too.
    void database(const Expectation& each, const std::string& name) {
        for (const std::string& known : known_.databases) {
            if (name == known || (!each.document.empty() && name.starts_with(known + "/"))) return;
        }
        unknown(each, "database", name.substr(0, name.find('/')), known_.databases);
    }

    void unknown(const Expectation& each, const std::string& noun, const std::string& name,
                 const std::vector<std::string>& valid) {
        const auto compared =
            static_cast<std::ptrdiff_t>(std::min(valid.size(), compared_max));
        const std::string near = nearest(name, {valid.begin(), valid.begin() + compared});
        std::string hint = near.empty() ? "" : "did you mean " + near + "? ";
        hint += valid.empty() ? "there are no " + noun + "s" : noun + "s are " + listed(valid);
        report(each, "no " + noun + " is named " + yaml::quoted(name), std::move(hint));
    }

    void fault(const Expectation& each, std::int64_t number) {
        if (1 <= number && number <= known_.faults) return;
        std::string hint = "the scenario has no faults";
        if (known_.faults == 1) hint = "the only fault is fault 1";
        if (known_.faults > 1) hint = "faults count from 1 to " + std::to_string(known_.faults);
        report(each, "there is no fault " + std::to_string(number), std::move(hint));
    }

    /// A sentence about requests nobody sends could never hold.
    void requests(const Expectation& each) {
        const bool about_requests = each.measure == Measure::requests_failed ||
                                    each.measure == Measure::requests_answered ||
                                    each.measure == Measure::requests_hopping ||
                                    each.measure == Measure::share_of_a_task;
        if (!about_requests || services_.count(each.service) == 0) return;
        if (called_.count(each.service) > 0) return;
        report(each, "no client calls service " + each.service,
               "add one under workload.clients; without requests nothing can be said");
    }

    void instants(const Expectation& each) {
        const When& when = each.when;
        if (when.kind == When::Kind::between && when.until < when.span) {
            report(each, to_text(when.until) + " is before " + to_text(when.span),
                   "write the earlier instant first");
        }
        const bool absolute = when.kind == When::Kind::after || when.kind == When::Kind::between ||
                              when.kind == When::Kind::within_of_start;
        if (absolute && known_.duration > Duration::zero() && when.span > known_.duration) {
            report(each, to_text(when.span) + " is after the end of the run",
                   "the run lasts " + to_text(known_.duration));
        }
    }

    void report(const Expectation& each, std::string message, std::string hint) {
        problems_.push_back({.file = each.file, .line = each.line, .path = each.path,
                             .message = std::move(message), .hint = std::move(hint)});
    }

    const KnownNames& known_;
    const std::set<std::string> services_, hosts_, called_;
    Diagnostics problems_;
};

}   // namespace

Diagnostics check_names(const std::vector<Expectation>& expectations, const KnownNames& known) {
    return NamesCheck(known).run(expectations);
}

}   // namespace glasshive::check
