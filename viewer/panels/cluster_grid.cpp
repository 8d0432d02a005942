#include "viewer/panels/cluster_grid.h"

#include <algorithm>
#include <cmath>

namespace glasshive::viewer {

namespace {

bool same(const Rect& a, const Rect& b) {
    return a.min.x == b.min.x && a.min.y == b.min.y && a.max.x == b.max.x && a.max.y == b.max.y;
}

float number(std::size_t n) { return static_cast<float>(n); }

/// The most columns whose cells are nearest to `shape` times as wide as high.
std::size_t columns_for(std::size_t count, float width, float height, float shape) {
    const float wide = std::sqrt(number(count) * width / std::max(1.0F, height) / shape);
    const float rounded = std::clamp(std::round(wide), 1.0F, number(count));
    const float rows = std::ceil(number(count) / rounded);
    return static_cast<std::size_t>(std::ceil(number(count) / rows));   // No empty last column.
}

}   // namespace

void HostGrid::lay_out(const Context& context, Rect area) {
    const bool known = at_ == context.now.at && last_ == context.now.last &&
                       colours_.size() == context.now.cluster.hosts.size() &&
                       ground_ == context.theme.ground;
    if (known && same(area_, area)) return;
    if (!known) read(context);
    area_ = area;
    place(context.theme, area);
    fit(context.theme);
}

void HostGrid::read(const Context& context) {
    const auto& hosts = context.now.cluster.hosts;
    const Theme& theme = context.theme;
    at_ = context.now.at;
    last_ = context.now.last;
    ground_ = theme.ground;
    zones_.clear();
    colours_.clear();
    std::fill(std::begin(states_), std::end(states_), 0);
    std::size_t most = 1;
    for (const HostCell& host : hosts) most = std::max(most, host.containers.size());
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (zones_.empty() || zones_.back().name != hosts[i].zone)
            zones_.push_back({.name = hosts[i].zone, .first = i});
        zones_.back().last = i + 1;
        const Mood mood = mood_of(hosts[i].state);
        ++states_[static_cast<int>(mood)];
        zones_.back().troubled += mood == Mood::good ? 0 : 1;
        // A heat map: what is well is the brighter the more runs on it.
        const float load = number(hosts[i].containers.size()) / number(most);
        const ImU32 colour = theme.moods[static_cast<int>(mood)];
        colours_.push_back(mood == Mood::good ? mixed(theme.panel, colour, 0.3F + 0.7F * load)
                                              : colour);
    }
}

/// Boxes in rows, as wide as their share of the row's hosts, but never too narrow for a word.
void HostGrid::place(const Theme& theme, Rect area) {
    const float gap = (zones_.size() > 1 ? 8 : 0) * theme.scale;
    const std::size_t across =
        columns_for(zones_.size(), area.width(), area.height(), zones_.size() > 4 ? 1.6F : 0.9F);
    const std::size_t rows = (zones_.size() + across - 1) / across;
    const auto total = number(colours_.size());
    float y = area.min.y;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t first = row * across;
        const std::size_t last = std::min(zones_.size(), first + across);
        std::size_t hosts = 0;
        for (std::size_t i = first; i < last; ++i) hosts += zones_[i].last - zones_[i].first;
        const float even = (area.height() - gap * number(rows - 1)) / number(rows);
        const float room = area.height() - gap * number(rows - 1);
        const float height = 0.5F * even + 0.5F * room * number(hosts) / total;
        const float wide = area.width() - gap * number(last - first - 1);
        float x = area.min.x;
        for (std::size_t i = first; i < last; ++i) {
            const float share = number(zones_[i].last - zones_[i].first) / number(hosts);
            const float width = wide * (0.4F / number(last - first) + 0.6F * share);
            zones_[i].box = {{x, y}, {x + width, y + height}};
            x += width + gap;
        }
        y += height + gap;
    }
}

/// One size of cells for all zones: the largest that fits everywhere.
void HostGrid::fit(const Theme& theme) {
    const float s = theme.scale;
    ImVec2 step{1e9F, 1e9F};
    for (Zone& zone : zones_) {
        const bool framed = zones_.size() > 1 && zone.box.height() > 60 * s;
        const float pad = framed ? 8 * s : zones_.size() > 1 ? 2 * s : 0;
        zone.cells = {{zone.box.min.x + pad, zone.box.min.y + (framed ? 26 * s : pad)},
                      {zone.box.max.x - pad, zone.box.max.y - pad}};
        const std::size_t count = zone.last - zone.first;
        zone.columns =
            columns_for(count, zone.cells.width(), zone.cells.height(), count > 200 ? 1 : 1.6F);
        const std::size_t rows = (count + zone.columns - 1) / zone.columns;
        step.x = std::min(step.x, zone.cells.width() / number(zone.columns));
        step.y = std::min(step.y, zone.cells.height() / number(rows));
    }
    small_ = step.x < 66 * s || step.y < 40 * s;
    if (small_) step.x = step.y = std::min(step.x, step.y);
    if (small_ && step.x >= 4) step.x = step.y = std::floor(step.x);   // Whole pixels: even gaps.
    step.y = std::min(step.y, 220 * s);
    gap_ = small_ ? (step.x < 4 ? 0.0F : std::ceil(std::min(2 * s, step.x / 8))) : 8 * s;
    for (Zone& zone : zones_) {
        zone.step = step;
        const float fits = std::floor((zone.cells.width() + 0.01F) / step.x);
        zone.columns = std::max(zone.columns, static_cast<std::size_t>(std::max(1.0F, fits)));
        if (small_) continue;
        // Cards share the room that is left, within what a card can use.
        const std::size_t count = zone.last - zone.first;
        const auto wanted = static_cast<std::size_t>(std::ceil(zone.cells.width() / (290 * s)));
        zone.columns = std::min(std::max(zone.columns, wanted), count);
        const std::size_t rows = (count + zone.columns - 1) / zone.columns;
        zone.columns = (count + rows - 1) / rows;
        zone.step = {std::min(330 * s, (zone.cells.width() + gap_) / number(zone.columns)),
                     std::min(220 * s, (zone.cells.height() + gap_) / number(rows))};
    }
}

Rect HostGrid::cell(std::size_t host) const {
    const auto zone = std::partition_point(zones_.begin(), zones_.end(),
                                           [host](const Zone& z) { return z.last <= host; });
    const std::size_t place = host - zone->first;
    const ImVec2 min{zone->cells.min.x + number(place % zone->columns) * zone->step.x,
                     zone->cells.min.y + number(place / zone->columns) * zone->step.y};
    return {min, {min.x + zone->step.x - gap_, min.y + zone->step.y - gap_}};
}

std::optional<std::size_t> HostGrid::at(ImVec2 place) const {
    for (const Zone& zone : zones_) {
        if (!zone.box.holds(place)) continue;
        const float x = std::floor((place.x - zone.cells.min.x) / zone.step.x);
        const float y = std::floor((place.y - zone.cells.min.y) / zone.step.y);
        if (x < 0 || y < 0 || x >= number(zone.columns)) return std::nullopt;
        const std::size_t host =
            zone.first + static_cast<std::size_t>(y) * zone.columns + static_cast<std::size_t>(x);
        if (host < zone.last) return host;
    }
    return std::nullopt;
}

std::size_t HostGrid::in_state(std::string_view state) const {
    return states_[static_cast<int>(mood_of(state))];
}

void HostGrid::draw_zones(Context& context, const Pen& pen) const {
    const float s = pen.s;
    if (zones_.size() < 2) return;
    for (const Zone& zone : zones_) {
        const bool dark = zone.troubled == zone.last - zone.first;
        const ImU32 frame = dark ? faded(pen.mood(Mood::bad), 0.7F) : pen.theme.edge;
        if (zone.box.width() < 24 * s || zone.box.height() <= 60 * s) continue;
        pen.list.AddRectFilled(zone.box.min, zone.box.max, faded(frame, dark ? 0.12F : 0.18F),
                               8 * s);
        const bool chosen = context.glass.text(context.selection.subject) == zone.name;
        pen.list.AddRect(zone.box.min, zone.box.max, chosen ? pen.theme.accent : frame, 8 * s, 0,
                         s);
        const float right = zone.box.max.x - 8 * s;
        const float width =
            draw_text(pen.list, pen.theme.body, {zone.box.min.x + 10 * s, zone.box.min.y + 6 * s},
                      right, zone.troubled > 0 ? pen.mood(Mood::warn) : pen.theme.faint, zone.name);
        const std::size_t count = zone.last - zone.first;
        const std::string text = zone.troubled > 0 ? std::to_string(count - zone.troubled) +
                                                         " of " + std::to_string(count) + " on"
                                                   : std::to_string(count);
        const float left = zone.box.min.x + width + 20 * s;
        if (left + text_width(pen.theme.mono, text) < right)
            draw_text_right(pen.list, pen.theme.mono, {right, zone.box.min.y + 7 * s}, left,
                            pen.theme.faint, text);
        offer(context, context.glass.recording().names().find(zone.name),
              {zone.box.min.x + 4 * s, zone.box.min.y + 2 * s},
              {zone.box.max.x - 4 * s, zone.box.min.y + 26 * s},
              "zone, " + std::to_string(count) + (count == 1 ? " host" : " hosts"));
    }
}

void HostGrid::draw_heat(const Context& context, const Pen& pen) const {
    const auto& hosts = context.now.cluster.hosts;
    for (const Zone& zone : zones_) {
        for (std::size_t i = zone.first; i < zone.last;) {
            std::size_t end = i + 1;
            const std::size_t line = zone.columns - (i - zone.first) % zone.columns;
            while (gap_ <= 0 && end < zone.last && end < i + line && colours_[end] == colours_[i])
                ++end;
            const Rect first = cell(i);
            const float right = first.min.x + number(end - i) * zone.step.x - gap_;
            const float round = zone.step.x >= 14 * pen.s ? 3 * pen.s : 0;
            pen.list.AddRectFilled(first.min, {right, first.max.y}, colours_[i], round);
            i = end;
        }
    }
    if (!context.selection.subject.valid()) return;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (!context.selection.holds(hosts[i].name)) continue;
        const Rect one = cell(i);
        // Of many a thin frame within each; one alone is to be found among thousands.
        const bool alone = context.selection.hosts.empty();
        const float out = alone ? 3 * pen.s : 0;
        pen.list.AddRect({one.min.x - out, one.min.y - out}, {one.max.x + out, one.max.y + out},
                         pen.theme.accent, alone ? 2 * pen.s : 0, 0, alone ? 2 * pen.s : pen.s);
    }
}

}   // namespace glasshive::viewer
