#include "viewer/app/view.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "viewer/app/menus.h"
#include "viewer/app/offered.h"
#include "viewer/app/style.h"
#include "viewer/model/timeline_rows.h"

namespace glasshive::viewer {

namespace {

constexpr std::uint64_t slice = 1'000;   // Events; about half a millisecond.

/// The task of a slot ("web.3") that was made last; invalid when there is none.
NameId newest_of_slot(const Picture& now, const Glass& glass, std::string_view slot) {
    NameId newest;
    const auto type = now.state.type_named("task");
    if (!type) return newest;
    for (const record::StateRow* row : now.state.rows(*type)) {
        if (slot_of(glass.text(row->subject)) == slot) newest = row->subject;
    }
    return newest;
}

}   // namespace

Diagnostics View::show(const std::string& path) {
    auto glass = Glass::open(path);
    if (!glass.ok()) return glass.problems();
    auto seeker = Seeker::open(path);
    if (!seeker.ok()) return seeker.problems();
    // Names have other numbers in another recording.
    const std::string chosen = glass_ ? std::string(glass_->text(selection_.subject)) : "";
    std::vector<std::string> together;
    for (const NameId host : selection_.hosts) together.emplace_back(glass_->text(host));
    auto next = std::make_unique<Glass>(std::move(glass.value()));
    const Time at = std::min(selection_.playhead, next->end());
    seeker.value()->want(at);
    auto picture = seeker.value()->wait();
    if (!picture) return {*seeker.value()->problem()};
    memory_ = {};
    story_.reset();
    events_.reset();
    take(std::move(picture));   // The old one dies before the seeker that made it.
    seeker_ = std::move(seeker.value());
    glass_ = std::move(next);
    story_ = std::make_unique<Story>(*glass_);
    events_ = std::make_unique<EventList>(*glass_);
    selection_ = {.playhead = at};
    if (!chosen.empty()) select(chosen);
    std::vector<NameId> hosts;
    for (const std::string& name : together)
        hosts.push_back(glass_->recording().names().find(name));
    if (!hosts.empty()) selection_.choose(std::move(hosts));
    wanted_ = at;
    wanted_last_ = glass_->last();
    return {};
}

Result<std::unique_ptr<View>> View::open(const ViewOptions& options) {
    std::unique_ptr<View> view(new View);
    view->selection_.playhead = options.at.value_or(time_never);
    if (options.live) {
        if (auto problems = view->start_live(options); !problems.empty()) return problems;
    } else if (auto problems = view->show(options.file); !problems.empty()) {
        return problems;
    }
    if (!options.other.empty()) {
        auto other = Glass::open(options.other);
        if (!other.ok()) return other.problems();
        view->other_ = std::make_unique<Glass>(std::move(other.value()));
    }
    if (!options.select.empty() && !view->select(options.select))
        return Diagnostic{.file = options.file,
                          .message = "the recording never mentions \"" + options.select + "\"",
                          .hint = "--select takes the name of a host, a service, a task, …"};
    view->title_ = options.file.substr(options.file.find_last_of('/') + 1);
    view->layout_.alone = options.panel;
    view->dark_ = options.dark;
    return view;
}

void View::dress(float scale) {
    theme_ = theme_named(dark_);
    load_fonts(theme_, scale);
    apply_style(theme_);
}

void View::read_on(std::chrono::microseconds budget) {
    using Clock = std::chrono::steady_clock;
    const auto stop = Clock::now() + budget;
    while (reading() && Clock::now() < stop) {
        for (const auto& problem : {story_->advance(slice), events_->advance(slice)}) {
            if (problem) say(problem->message);
        }
    }
}

void View::settle() {
    if (sandbox_) look_at_run();
    while (reading()) read_on(std::chrono::seconds(1));
    want_picture();
    if (auto picture = seeker_->wait()) take(std::move(picture));
}

void View::take(std::shared_ptr<const Picture> picture) {
    now_ = std::move(picture);
    hosts_on_ = now_->cluster.hosts.size() - now_->cluster.not_on.size();
    faults_ = 0;
    const record::State& state = now_->state;
    if (const auto type = state.type_named("fault")) {
        for (const record::StateRow* row : state.rows(*type))
            faults_ += state.state_text(*row) == "active" ? 1 : 0;
    }
}

void View::want_picture() {
    wanted_ = selection_.playhead;
    wanted_last_ = glass_->last();
    seeker_->want(wanted_, glass_->end(), wanted_last_);
}

bool View::moving() const {
    const bool run_moves = sandbox_ && (playing() || status_->doing != 0 || told_ < posted_);
    return player_.playing || run_moves || unfinished_ || !seeker_->idle() ||
           wanted_ != selection_.playhead;
}

void View::frame() {
    hits_.begin(remember_);
    selection_.playhead =
        player_.advance(selection_.playhead, glass_->end(),
                        std::min(0.1, static_cast<double>(ImGui::GetIO().DeltaTime)));
    take_keys(*this);
    if (sandbox_) look_at_run();
    read_on(std::chrono::milliseconds(1));
    // What is given takes effect at once: there may be news without any time having passed.
    if (selection_.playhead != wanted_ || glass_->last() != wanted_last_) want_picture();
    if (auto picture = seeker_->take()) take(std::move(picture));
    if (const auto problem = seeker_->problem()) say(problem->message);
    Context context{*glass_, *now_, *story_, *events_,     selection_,
                    theme_,  hits_, memory_, other_.get(), sandbox_ != nullptr};
    const Time before = selection_.playhead;
    draw_ground(context);
    // A panel moved it: one looks at the past, or goes along again.
    if (selection_.playhead != before) seek(selection_.playhead);
    unfinished_ = context.unfinished;
    if (palette_) draw_palette(*this);
    if (help_) draw_help(*this);
    keys_.clear();
    close_popups_ = false;
}

bool View::take_key(int code, int modifiers) {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) {
        return key.code == code && key.modifiers == modifiers;
    });
    if (found == keys_.end()) return false;
    keys_.erase(found);
    return true;
}

void View::draw_ground(Context& context) {
    const float s = theme_.scale;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(size);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    ImGui::Begin("##ground", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                     ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoBackground |
                     ImGuiWindowFlags_NoScrollWithMouse);
    ImGui::PopStyleVar(2);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({0, 0}, size, theme_.ground);
    const float top = 48 * s;
    const float foot = size.y > 320 * s ? 26 * s : 0;
    hits_.enter("header");
    draw_header(*this, list, {{0, 0}, {size.x, top}});
    if (foot > 0) draw_status(*this, list, {{0, size.y - foot}, size});
    const float bar = sandbox_ && foot > 0 ? 40 * s : 0;
    if (bar > 0) {
        draw_toolbar(*this, list, {{0, top}, {size.x, top + bar}});
        draw_run_bar(*this, list, {{0, size.y - foot - bar}, {size.x, size.y - foot}});
    }
    draw_panes(context, layout_, {{0, top + bar}, {size.x, size.y - foot - bar}});
    if (context.menu) open_menu(*this);
    draw_menus(*this);
    ImGui::End();
}

bool View::select(std::string_view name) {
    NameId found = glass_->recording().names().find(name);
    if (found.value >= glass_->recording().names().size())
        found = newest_of_slot(*now_, *glass_, name);
    if (!found.valid()) return false;
    selection_.choose(found);
    return true;
}

void View::seek(Time at) {
    following_ = at >= glass_->end();
    selection_.playhead = std::clamp(at, Time{}, glass_->end());
}

void View::set_speed(double speed) {
    player_.set_speed(speed);
    // Only a run can go as fast as it goes.
    if (sandbox_ && speed > Player::fastest) player_.speed = speed;
    if (sandbox_ && playing()) post(Play{.speed = player_.speed});
}

bool View::playing() const { return sandbox_ ? status_->mode == Mode::playing : player_.playing; }

void View::step(int direction) {
    player_.playing = false;
    if (sandbox_ && following_ && direction > 0) {
        post(Play{.speed = HUGE_VAL, .event = "*"});
        return;
    }
    // The event that was chosen, while it is of this instant: several share one.
    const EventLine* chosen = nullptr;
    auto position = events_->position_of(selection_.event);
    if (position) chosen = events_->at(*position);
    if (chosen == nullptr || chosen->id != selection_.event ||
        chosen->time != selection_.playhead) {
        position = events_->position_of(now_->last);
        if (direction < 0 && position && now_->at == selection_.playhead) {
            const EventLine* newest = events_->at(*position);
            if (newest != nullptr && newest->time < selection_.playhead) ++*position;
        }
    }
    const std::int64_t next = position ? static_cast<std::int64_t>(*position) + direction : 0;
    if (next < 0 || static_cast<std::uint64_t>(next) >= events_->size()) return;
    if (const EventLine* line = events_->at(static_cast<std::uint64_t>(next))) {
        selection_.event = line->id;
        selection_.choose(line->subject);
        seek(line->time);
    }
}

void View::toggle_play() {
    if (sandbox_) {
        if (playing())
            post(Pause{});
        else
            post(Play{.speed = player_.speed});
        return;
    }
    if (!player_.playing && selection_.playhead >= glass_->end()) seek(Time{});
    player_.playing = !player_.playing;
}

void View::toggle_theme() {
    dark_ = !dark_;
    Theme next = theme_named(dark_);
    next.body = theme_.body;
    next.title = theme_.title;
    next.mono = theme_.mono;
    next.scale = theme_.scale;
    theme_ = next;
    apply_style(theme_);
}

void View::escape() {
    if (ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup)) {
        close_popups_ = true;
        return;
    }
    if (ImGui::GetIO().WantTextInput && !palette_) return;   // The field leaves it by itself.
    if (palette_ || help_)
        palette_ = help_ = false;
    else if (layout_.alone.empty() || !selection_.hosts.empty())
        selection_.choose(NameId{});
    else
        layout_.alone.clear();
}

}   // namespace glasshive::viewer
