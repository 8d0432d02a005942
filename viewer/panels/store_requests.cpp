#include "viewer/panels/store_requests.h"

#include <algorithm>

#include "base/text.h"
#include "explain/story.h"
#include "viewer/panels/parts.h"
#include "viewer/panels/store_feed.h"

namespace glasshive::viewer {

namespace {

StoreRequest request_of(const explain::Told& told, const Names& names) {
    StoreRequest request{told.event.id, told.event.time, std::string(told.kind->name),
                         told.field(names, "node")};
    request.status = told.number("status");
    const auto node = [&](std::string_view field) {
        return std::string(short_node(told.field(names, field)));
    };
    const std::string_view kind = told.kind->name;
    if (kind == "db.write") {
        request.words = "write";
        request.replies = told.number("copies");
        request.wanted = told.number("w");
    } else if (kind == "db.read") {
        request.words = "read";
        request.replies = told.number("replies");
        request.wanted = told.number("r");
    } else if (kind == "db.repair") {
        request.words = "repairs copies that differ";
    } else if (kind == "db.copy_lost") {
        request.words = "gave up on " + node("copy") + ": " + told.field(names, "why");
    } else if (kind == "db.push") {
        const std::string count = told.field(names, "revisions");
        request.words = count + (count == "1" ? " revision to " : " revisions to ") + node("to");
    } else if (kind == "view.query") {
        request.words = told.field(names, "view");
    } else if (kind == "db.differ") {
        request.words = "copies differ";
    } else if (kind == "db.agree") {
        request.words = "copies agree again";
    } else if (kind == "db.split") {
        const std::string state = told.field(names, "state"), reason = told.field(names, "reason");
        request.words = "splits " + told.field(names, "range") + ": " + told.field(names, "step");
        if (state != "running" && state != "completed") request.words += ", " + state;
        if (!reason.empty()) request.words += " (" + reason + ")";
        request.state = state;
    } else if (kind == "db.map") {
        request.words = "map: " + told.field(names, "change");
    } else if (kind == "mango.find") {
        request.words = "find";
    } else {
        request.words = told.kind->name;
    }
    return request;
}

Mood mood_of(const StoreRequest& request) {
    if (request.status >= 500 || request.kind == "db.copy_lost") return Mood::bad;
    if (request.state == "failed") return Mood::bad;
    if (request.kind == "db.differ") return Mood::warn;
    if (request.state == "retrying" || request.state == "stopped") return Mood::warn;
    if (request.state == "completed" || request.kind == "db.agree") return Mood::good;
    const bool short_of = request.wanted > 0 && request.replies < request.wanted;
    if (request.status >= 400 || short_of) return Mood::warn;
    return request.status == 0 ? Mood::busy : Mood::good;
}

/// A coordinator gives a node up once for each of its copies.
bool is_same(const StoreRequest& a, const StoreRequest& b) {
    return a.kind == b.kind && a.words == b.words && a.node == b.node && a.time == b.time;
}

/// A square per reply, hollow where one of the quorum is missing, with a line behind the quorum.
float draw_quorum(const Pen& pen, const StoreRequest& request, ImVec2 at, ImU32 colour) {
    const float step = 11 * pen.s;
    const auto replies = std::clamp<std::int64_t>(request.replies, 0, 9);
    const auto wanted = std::clamp<std::int64_t>(request.wanted, 0, 9);
    const std::int64_t all = std::max(replies, wanted);
    for (std::int64_t i = 0; i < all; ++i) {
        const ImVec2 min{at.x + static_cast<float>(i) * step, at.y + 5 * pen.s};
        const ImVec2 max{min.x + 7 * pen.s, min.y + 7 * pen.s};
        if (i < replies)
            pen.list.AddRectFilled(min, max, colour, pen.s);
        else
            pen.list.AddRect(min, max, colour, pen.s, 0, 1.3F * pen.s);
        if (i + 1 != wanted) continue;
        const float x = max.x + 2 * pen.s;
        pen.list.AddLine({x, min.y - 3 * pen.s}, {x, max.y + 3 * pen.s}, pen.theme.faint, pen.s);
    }
    return static_cast<float>(all) * step;
}

void draw_request(Context& context, const Pen& pen, NameId database, const StoreRequest& request,
                  Rect row) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const Mood mood = mood_of(request);
    const Hit hit = context.hits.at(request.words + " #" + std::to_string(number_of(request.event)),
                                    row.min, row.max);
    if (hit.hovered || context.selection.event == request.event)
        pen.list.AddRectFilled(row.min, row.max, faded(theme.grid, 0.6F), 3 * s);
    // The document, where it is known: its revisions are then drawn at that instant.
    const NameId subject = request.document.valid() ? request.document : database;
    if (hit.clicked) go_to(context, request.event, subject, request.time);
    if (hit.hovered) {
        std::string tip = request.words;
        if (request.status > 0) tip += ", told " + std::to_string(request.status);
        if (request.wanted >= 0)
            tip += "\n" + std::to_string(request.replies) + " equal replies of copies; " +
                   std::to_string(request.wanted) + " were wanted (the quorum)";
        tip += "\ncoordinated by " + request.node;
        if (request.document.valid())
            tip += "\nabout " + std::string(context.glass.text(request.document)) +
                   ": click for its revisions then";
        draw_tip(context, request.kind, tip);
    }
    const float y = row.min.y + 2 * s;
    draw_mood(pen.list, theme, {row.min.x + 10 * s, y + 8 * s}, 8 * s, mood);
    float x = row.min.x + 22 * s;
    draw_text(pen.list, theme.mono, {x, y}, std::min(x + 62 * s, row.max.x), theme.faint,
              seconds_text(request.time));
    x += 66 * s;
    const float node = row.width() > 330 * s ? row.max.x - 130 * s : row.max.x;
    std::string words = request.words;
    if (request.status > 0) words += " " + std::to_string(request.status);
    if (request.times > 1) words += ", " + std::to_string(request.times) + " times";
    if (request.wanted >= 0 && x + 90 * s < node) {
        draw_text(pen.list, theme.mono, {x, y}, x + 82 * s,
                  mood == Mood::good ? theme.text : pen.mood(mood), words);
        draw_quorum(pen, request, {x + 86 * s, y}, pen.mood(mood));
    } else {
        draw_text(pen.list, theme.mono, {x, y}, node - 6 * s,
                  mood == Mood::good || mood == Mood::busy ? theme.text : pen.mood(mood), words);
    }
    if (node < row.max.x)
        draw_text(pen.list, theme.mono, {node, y}, row.max.x - 6 * s, theme.faint, request.node);
}

void draw_replication(Context& context, const Pen& pen, const Replication& job, Rect row) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const std::string what(context.glass.text(job.what));
    const std::string reason(context.glass.text(job.reason));
    const Mood mood = what == "crashed"     ? Mood::bad
                      : what == "completed" ? Mood::good
                      : what == "started"   ? Mood::busy
                                            : Mood::idle;
    std::string tip = what + " since " + seconds_text(job.since) + " s on " +
                      std::string(context.glass.text(job.node)) + ", " +
                      std::to_string(job.written) + " documents written";
    if (!reason.empty()) tip += "\n" + reason;
    const Hit hit = offer(context, job.name, row.min, row.max, tip);
    if (hit.hovered || context.selection.subject == job.name)
        pen.list.AddRectFilled(row.min, row.max, faded(theme.grid, 0.6F), 3 * s);
    draw_mood(pen.list, theme, {row.min.x + 10 * s, row.min.y + 10 * s}, 8 * s, mood);
    std::string words = what + " · " + std::to_string(job.written) + " written";
    if (!reason.empty()) words += " · " + reason;
    const float at = draw_text_right(pen.list, theme.mono, {row.max.x - 6 * s, row.min.y + 2 * s},
                                     row.min.x + 90 * s,
                                     mood == Mood::bad ? pen.mood(mood) : theme.faint, words);
    draw_text(pen.list, theme.mono, {row.min.x + 22 * s, row.min.y + 2 * s}, at - 8 * s, theme.text,
              context.glass.text(job.name));
}

}   // namespace

std::vector<StoreRequest> requests_of(Context& context, NameId database, std::size_t most) {
    std::vector<StoreRequest> found;
    explain::Reader reader(context.glass.recording());
    const StoreLog& log = context.story.stores();
    const auto all = log.requests_of(database);
    const auto until = std::upper_bound(all.begin(), all.end(), context.now.last);
    for (auto at = until; at != all.begin() && found.size() < most;) {
        const explain::Told* told = reader.event(*--at);
        if (told == nullptr) continue;
        StoreRequest next = request_of(*told, reader.names());
        if (next.kind == "db.copy_lost" && !found.empty() && is_same(found.back(), next)) {
            ++found.back().times;
            continue;
        }
        found.push_back(std::move(next));
        StoreRequest& request = found.back();
        const std::string named = told->field(reader.names(), "document");
        if (named.empty())
            request.document = log.document_of(database, told->event.id, told->event.cause);
        else
            request.document =
                reader.names().find(std::string(context.glass.text(database)) + "/" + named);
    }
    return found;
}

void draw_requests(Context& context, const Pen& pen, Scroll& top, NameId database,
                   std::span<const StoreRequest> requests,
                   std::span<const Replication> replications, Area area) {
    const Theme& theme = context.theme;
    const float s = pen.s;
    const float step = 21 * s;
    const auto heading = [&](float y, std::string_view words) {
        pen.list.AddLine({area.min.x, y}, {area.max.x, y}, theme.edge, s);
        draw_text(pen.list, theme.body, {area.min.x, y + 5 * s}, area.max.x, theme.faint, words);
        return y + 26 * s;
    };
    const std::size_t jobs = std::min<std::size_t>(replications.size(), 6);
    const float below = area.height() < 110 * s ? 0 : 34 * s + step * std::max<float>(1.0F, jobs);
    const float y =
        heading(area.min.y, "Last requests about " + std::string(context.glass.text(database)));
    const Rect rows{{area.min.x, y}, {area.max.x, area.max.y - below}};
    if (requests.empty()) {
        draw_wrapped(pen.list, theme.body, rows.min, rows.width(), rows.max.y, theme.faint,
                     "Nobody has written or read yet. Move the playhead on, or let a client in "
                     "with `glasshive serve`.");
    } else {
        scroll(pen, top, rows, static_cast<double>(step) * static_cast<double>(requests.size()));
        const Clip clip(rows);
        const RowsSeen seen = rows_seen(top, rows, step, requests.size());
        for (std::size_t i = seen.first; i < seen.last; ++i) {
            const float at = seen.y + static_cast<float>(i - seen.first) * step;
            draw_request(context, pen, database, requests[i],
                         {{rows.min.x, at}, {rows.max.x - 8 * s, at + step}});
        }
    }
    if (below <= 0) return;
    float next = heading(area.max.y - below + 4 * s, "Replications");
    if (jobs == 0)
        draw_text(pen.list, theme.body, {area.min.x, next}, area.max.x, theme.faint,
                  "None. A document in _replicator begins one.");
    for (std::size_t i = 0; i < jobs; ++i, next += step)
        draw_replication(context, pen, replications[i],
                         {{area.min.x, next}, {area.max.x - 8 * s, next + step}});
}

}   // namespace glasshive::viewer
