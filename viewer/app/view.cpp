#include "viewer/app/view.h"

#include <algorithm>
#include <chrono>

#include "viewer/app/style.h"

namespace glasshive::viewer {

namespace {

constexpr std::uint64_t slice = 1'000;   // Events; about half a millisecond.

}   // namespace

Result<std::unique_ptr<View>> View::open(const ViewOptions& options) {
    std::unique_ptr<View> view(new View);
    auto glass = Glass::open(options.file);
    if (!glass.ok()) return glass.problems();
    view->glass_ = std::make_unique<Glass>(std::move(glass.value()));
    if (!options.other.empty()) {
        auto other = Glass::open(options.other);
        if (!other.ok()) return other.problems();
        view->other_ = std::make_unique<Glass>(std::move(other.value()));
    }
    const Time end = view->glass_->end();
    view->selection_.playhead = std::min(end, options.at.value_or(end));
    if (!options.select.empty() && !view->select(options.select))
        return Diagnostic{.file = options.file,
                          .message = "the recording never mentions \"" + options.select + "\"",
                          .hint = "--select takes the name of a host, a service, a task, …"};
    auto seeker = Seeker::open(options.file);
    if (!seeker.ok()) return seeker.problems();
    view->seeker_ = std::move(seeker.value());
    view->wanted_ = view->selection_.playhead;
    view->seeker_->want(view->wanted_);
    auto first = view->seeker_->wait();
    if (!first) return *view->seeker_->problem();
    view->take(std::move(first));
    view->story_ = std::make_unique<Story>(*view->glass_);
    view->events_ = std::make_unique<EventList>(*view->glass_);
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
    while (reading()) read_on(std::chrono::seconds(1));
    seeker_->want(selection_.playhead);
    wanted_ = selection_.playhead;
    if (auto picture = seeker_->wait()) take(std::move(picture));
}

void View::take(std::shared_ptr<const Picture> picture) {
    now_ = std::move(picture);
    const auto& hosts = now_->cluster.hosts;
    hosts_on_ = static_cast<std::size_t>(std::count_if(
        hosts.begin(), hosts.end(), [](const HostCell& host) { return host.state == "on"; }));
    faults_ = 0;
    const record::State& state = now_->state;
    if (const auto type = state.type_named("fault")) {
        for (const record::StateRow* row : state.rows(*type))
            faults_ += state.state_text(*row) == "active" ? 1 : 0;
    }
}

bool View::moving() const {
    return player_.playing || !seeker_->idle() || now_->at != selection_.playhead;
}

void View::frame() {
    hits_.begin(remember_);
    selection_.playhead =
        player_.advance(selection_.playhead, glass_->end(),
                        std::min(0.1, static_cast<double>(ImGui::GetIO().DeltaTime)));
    take_keys(*this);
    read_on(std::chrono::milliseconds(1));
    if (selection_.playhead != wanted_) {
        wanted_ = selection_.playhead;
        seeker_->want(wanted_);
    }
    if (auto picture = seeker_->take()) take(std::move(picture));
    if (const auto problem = seeker_->problem()) say(problem->message);
    Context context{*glass_, *now_, *story_, *events_,    selection_,
                    theme_,  hits_, memory_, other_.get()};
    draw_ground(context);
    if (palette_) draw_palette(*this);
    if (help_) draw_help(*this);
    keys_.clear();
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
    draw_panes(context, layout_, {{0, top}, {size.x, size.y - foot}});
    ImGui::End();
}

bool View::select(std::string_view name) {
    const NameId found = glass_->recording().names().find(name);
    if (found.value >= glass_->recording().names().size()) return false;
    selection_.subject = found;
    return true;
}

void View::seek(Time at) { selection_.playhead = std::clamp(at, Time{}, glass_->end()); }

void View::step(int direction) {
    player_.playing = false;
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
        selection_.subject = line->subject;
        seek(line->time);
    }
}

void View::toggle_play() {
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
    if (palette_ || help_)
        palette_ = help_ = false;
    else if (!layout_.alone.empty())
        layout_.alone.clear();
    else
        selection_.subject = {};
}

}   // namespace glasshive::viewer
