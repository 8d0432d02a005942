#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "platform/spec_check.h"
#include "platform/topology.h"

namespace glasshive::platform {
namespace {

bool strikes_hosts(FaultKind kind) {
    return kind == FaultKind::power_off || kind == FaultKind::pause ||
           kind == FaultKind::slow_cpu || kind == FaultKind::slow_disk ||
           kind == FaultKind::full_disk;
}

bool may_have_groups(FaultKind kind) {
    return kind == FaultKind::partition || kind == FaultKind::packet_loss ||
           kind == FaultKind::added_latency;
}

bool has_factor(FaultKind kind) {
    return kind == FaultKind::slow_cpu || kind == FaultKind::reduced_bandwidth ||
           kind == FaultKind::slow_disk;
}

constexpr std::size_t listed_max = 10;

/// "a, b, c" of at most `listed_max`, "…" for the rest.
std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < listed_max; ++i) {
        out += (i ? ", " : "") + names[i];
    }
    return names.size() > listed_max ? out + ", …" : out;
}

/// Collects what is wrong with the faults of one platform.
class FaultCheck {
  public:
    explicit FaultCheck(const PlatformSpec& spec) : spec_(spec), list_(expand_hosts(spec)) {
        for (const HostList::Entry& host : list_.hosts) hosts_.insert(host.name);
    }

    void check_one(const FaultSpec& fault) {
        check_who(fault);
        check_how_much(fault);
        check_when(fault);
        check_trace(fault);
    }
    Diagnostics take() { return std::move(problems_); }

  private:
    void add(const Where& where, const std::string& field, std::string message,
             std::string hint = "") {
        const std::string dot = where.path.empty() || field.empty() ? "" : ".";
        problems_.push_back({.file = where.file, .line = where.line,
                             .path = where.path + dot + field, .message = std::move(message),
                             .hint = std::move(hint)});
    }

    void check_who(const FaultSpec& fault) {
        const std::string kind = to_text(fault.kind);
        const std::size_t ways = (fault.targets.empty() ? 0 : 1) + (fault.groups.empty() ? 0 : 1) +
                                 (fault.trace.empty() && fault.trace_file.empty() ? 0 : 1);
        if (ways == 0) add(fault.where, "", "it says nothing about what it strikes");
        if (ways > 1) add(fault.where, "", "a fault has targets, groups or a trace: one of them");
        if (!fault.groups.empty() && !may_have_groups(fault.kind)) {
            add(fault.where, "groups", kind + " does not strike what passes between groups",
                "partition, packet_loss and added_latency do");
        }
        if (fault.kind == FaultKind::partition && !fault.targets.empty()) {
            add(fault.where, "", "a partition needs groups, not targets");
        }
        if (fault.one_way && fault.groups.empty()) {
            add(fault.where, "one_way", "only what passes between groups has a direction");
        }
        for (const TargetSpec& target : fault.targets) {
            if (target.of == TargetSpec::Of::link && strikes_hosts(fault.kind)) {
                add(target.where, "", kind + " strikes hosts, not links");
            } else {
                check_name(target);
            }
        }
        check_groups(fault);
    }

    void check_groups(const FaultSpec& fault) {
        // A host in two groups would be on both sides; hosts of zones and racks are left to
        // precedence.
        std::set<std::pair<TargetSpec::Of, std::string>> seen;
        for (const std::vector<TargetSpec>& group : fault.groups) {
            if (group.empty()) add(fault.where, "groups", "a group is empty");
            for (const TargetSpec& target : group) {
                if (target.of == TargetSpec::Of::link) {
                    add(target.where, "", "a group consists of hosts, not links");
                    continue;
                }
                check_name(target);
                if (seen.insert({target.of, target.name}).second) continue;
                add(target.where, "", "\"" + target.name + "\" is in a group already");
            }
        }
        if (fault.groups.size() > 1000) add(fault.where, "groups", "at most 1000 groups");
    }

    void check_name(const TargetSpec& target) {
        const auto unknown = [&](const char* what, const std::vector<std::string>& known) {
            // Where all names are shown, a guess adds nothing.
            const std::string near = known.size() > listed_max ? nearest(target.name, known) : "";
            const std::string all = std::string("; ") + what + "s are " + listed(known);
            const std::string none = std::string("no ") + what + " is named \"";
            add(target.where, "", none + target.name + "\"" + all,
                near.empty() ? "" : "did you mean " + near + "?");
        };
        const auto in = [&](const std::vector<std::string>& known) {
            return std::find(known.begin(), known.end(), target.name) != known.end();
        };
        switch (target.of) {
            case TargetSpec::Of::all: break;
            case TargetSpec::Of::host:
                if (hosts_.count(target.name) == 0) unknown("host", host_names());
                break;
            case TargetSpec::Of::zone:
                if (!in(list_.zones)) unknown("zone", list_.zones);
                break;
            case TargetSpec::Of::rack:
                if (!in(list_.racks)) unknown("rack", list_.racks);
                break;
            case TargetSpec::Of::link:
                if (!platform().find_link(target.name).valid()) unknown("link", link_names());
                break;
        }
    }

    std::vector<std::string> host_names() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < list_.hosts.size() && i < named_max; ++i) {
            names.push_back(list_.hosts[i].name);
        }
        return names;
    }
    std::vector<std::string> link_names() {
        std::vector<std::string> names;
        for (std::uint32_t l = 0; l < platform().link_count() && l < named_max; ++l) {
            names.push_back(platform().link_name(LinkId{l}));
        }
        return names;
    }
    /// Built only when somebody names a link.
    const Platform& platform() {
        if (!platform_) platform_ = std::make_unique<Platform>(spec_);
        return *platform_;
    }

    void check_how_much(const FaultSpec& fault) {
        if (has_factor(fault.kind) && !(fault.factor > 0 && fault.factor <= 1)) {
            add(fault.where, "factor", "the factor lies above 0 and up to 1",
                "0.1 means a tenth of the speed");
        }
        if (fault.kind == FaultKind::packet_loss && !(fault.loss > 0 && fault.loss <= 1)) {
            add(fault.where, "loss", "loss lies above 0 and up to 1", "0.05 or 5%");
        }
        if (fault.kind == FaultKind::added_latency &&
            (fault.latency.count() <= 0 || fault.latency > std::chrono::hours{1})) {
            add(fault.where, "latency", "the added latency lies above 0 and up to 1h");
        }
    }

    void check_when(const FaultSpec& fault) {
        if (fault.at.count() < 0) add(fault.where, "at", "an instant cannot be negative");
        if (fault.lasts && fault.lasts->count() <= 0) {
            add(fault.where, "", "a fault ends after it began");
        }
        if (fault.repeat && fault.repeat->every.count() <= 0) {
            add(fault.where, "every", "a fault repeats after some time");
        }
        if (fault.repeat && fault.repeat->times < 0) {
            add(fault.where, "times", "a fault cannot repeat fewer than 0 times");
        }
        const bool own_times = fault.random || !fault.trace.empty() || !fault.trace_file.empty();
        if (own_times && (fault.lasts || fault.repeat)) {
            add(fault.where, "", "random failures and traces say themselves when they end",
                "remove for and every");
        }
        if (fault.random && !fault.trace.empty()) {
            add(fault.where, "", "a fault is random or follows a trace, not both");
        }
        if (fault.until && !fault.random) add(fault.where, "until", "only random failures have it");
        if (fault.random && fault.until && *fault.until <= fault.at) {
            add(fault.where, "until", "it lies before the fault begins");
        }
        if (fault.random) {
            check_law(fault, fault.random->up, "mtbf");
            check_law(fault, fault.random->down, "mttr");
            if (fault.random->times < 0) add(fault.where, "times", "it cannot be negative");
        }
    }

    void check_law(const FaultSpec& fault, const LawSpec& law, const char* field) {
        if (law.scale.count() <= 0) add(fault.where, field, "it must be longer than 0s");
        if (law.law == LawSpec::Law::weibull && !(law.shape >= 0.1 && law.shape <= 100)) {
            add(fault.where, field, "the shape lies between 0.1 and 100");
        }
    }

    void check_trace(const FaultSpec& fault) {
        if (!fault.trace.empty() && !strikes_hosts(fault.kind)) {
            add(fault.where, "trace", std::string(to_text(fault.kind)) + " does not strike hosts");
        }
        std::size_t told = 0;
        for (const OutageSpec& outage : fault.trace) {
            if (hosts_.count(outage.host) > 0) continue;
            if (++told > trace_problems_max) break;
            const std::string near = nearest(outage.host, host_names());
            problems_.push_back({.file = fault.trace_file, .line = outage.line, .message =
                                 "no host is named \"" + outage.host + "\"",
                                 .hint = near.empty() ? "" : "did you mean " + near + "?"});
        }
    }

    /// Names looked at for a typo: comparing with all of a large platform would take minutes.
    static constexpr std::uint32_t named_max = 1000;

    const PlatformSpec& spec_;
    HostList list_;
    std::set<std::string_view> hosts_;
    std::unique_ptr<Platform> platform_;
    Diagnostics problems_;
};

}   // namespace

Diagnostics check(const std::vector<FaultSpec>& faults, const PlatformSpec& platform) {
    FaultCheck checker(platform);
    for (const FaultSpec& fault : faults) checker.check_one(fault);
    return checker.take();
}

}   // namespace glasshive::platform
