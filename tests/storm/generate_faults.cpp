#include <algorithm>

#include "storm/generate.h"

namespace glasshive::storm {

namespace {

bool of_links(const std::string& kind) {
    return kind == "link_down" || kind == "packet_loss" || kind == "added_latency" ||
           kind == "reduced_bandwidth";
}

/// What a lasting fault of this kind leaves judgeable.
bool may_last(const std::string& kind) {
    return kind != "packet_loss" && kind != "added_latency";
}

std::string strength(const std::string& kind, Dice& dice) {
    if (kind == "packet_loss") return ", loss: " + dice.one_of({"1%", "10%", "60%", "100%"});
    if (kind == "added_latency") return ", latency: " + dice.one_of({"5ms", "200ms", "4s"});
    if (kind == "slow_cpu" || kind == "slow_disk" || kind == "reduced_bandwidth") {
        return ", factor: " + dice.one_of({"1%", "0.1", "50%"});
    }
    return "";
}

/// Two or three different hosts, zones or racks, one per group; or one group alone.
std::string groups(const Plan& plan, Dice& dice, std::vector<std::string>& needs) {
    const std::vector<std::string>& names =
        plan.zones.size() > 1 && dice.chance(40) ? plan.zones : plan.hosts;
    std::vector<std::string> chosen;
    const std::size_t wanted = dice.chance(50) ? 1 : 2;
    while (chosen.size() < std::min(wanted, names.size())) {
        const std::string& name = dice.one_of(names);
        if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(name);
    }
    std::string text;
    for (const std::string& name : chosen) {
        if (&names == &plan.hosts) needs.push_back(name);
        text += (text.empty() ? "[" : ", [") + name + "]";
    }
    return ", groups: [" + text + "]" + (dice.chance(20) ? ", one_way: true" : "");
}

std::string targets(const Plan& plan, const std::string& kind, Dice& dice,
                    std::vector<std::string>& needs) {
    const int draw = dice.between(1, 100);
    if (of_links(kind) && draw <= 30 && !plan.links.empty()) {
        const std::string& link = dice.one_of(plan.links);
        needs.push_back(link.substr(0, link.find("--")));   // No host's name: nobody minds.
        return ", link: \"" + link + "\"";
    }
    if (draw <= 45 && !plan.zones.empty()) return ", zone: " + dice.one_of(plan.zones);
    if (draw <= 55 && !plan.racks.empty()) return ", rack: " + dice.one_of(plan.racks);
    if (draw <= 60) return ", host: \"*\"";
    needs.push_back(dice.one_of(plan.hosts));
    return ", host: " + needs.back();
}

/// Once, again and again, at random, or without end.
std::string when(const Plan& plan, const std::string& kind, Dice& dice, std::string& tag) {
    const int ends = plan.trouble_ends;
    const int draw = dice.between(1, 100);
    if (draw <= 15 && may_last(kind)) {
        tag = "fault lasts";
        return "at: " + seconds(dice.between(5, ends));
    }
    if (draw <= 30) {
        tag = "fault repeats";
        const int times = dice.between(2, 3);
        const int every = dice.between(3, std::max(4, (ends - 10) / (times + 1)));
        const int lasts = dice.between(1, every + 2);   // May overlap itself.
        return "at: " + seconds(dice.between(5, std::max(6, ends - every * times - 3))) +
               ", every: " + seconds(every) + ", times: " + std::to_string(times) +
               ", for: " + seconds(lasts);
    }
    if (draw <= 50) {
        const bool weibull = dice.chance(50);
        tag = weibull ? "fault by Weibull" : "fault by MTBF";
        const std::string mean = seconds(dice.between(20, 120));
        return "mtbf: " +
               (weibull ? "{scale: " + mean + ", shape: " + dice.one_of({"0.7", "2"}) + "}"
                        : mean) +
               ", mttr: " + seconds(dice.between(1, 25)) + ", until: " +
               seconds(std::max(20, ends - 60)) + (dice.chance(20) ? ", together: true" : "");
    }
    tag = "fault once";
    const int lasts = dice.between(1, std::min(100, ends - 10));
    return "at: " + seconds(dice.between(5, ends - lasts)) + ", for: " + seconds(lasts);
}

}   // namespace

void add_faults(Plan& plan, Dice dice) {
    const int count = dice.chance(8) ? 0 : dice.between(1, 5);
    for (int i = 0; i < count; ++i) {
        const std::string kind =
            dice.one_of({"power_off", "power_off", "power_off", "pause", "slow_cpu", "link_down",
                         "link_down", "partition", "partition", "packet_loss", "added_latency",
                         "reduced_bandwidth", "slow_disk", "full_disk"});
        Entry entry;
        const std::string what = when(plan, kind, dice, entry.tag);
        const bool grouped = (kind == "packet_loss" || kind == "added_latency") && dice.chance(20);
        const std::string whom = kind == "partition" || grouped
                                     ? groups(plan, dice, entry.needs)
                                     : targets(plan, kind, dice, entry.needs);
        entry.text = "{" + what + ", do: " + kind + strength(kind, dice) + whom + "}";
        plan.draft.faults.push_back(std::move(entry));
    }
}

}   // namespace glasshive::storm
