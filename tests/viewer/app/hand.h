#pragma once

#include <string>

#include "viewer/app/headless.h"
#include "viewer/app/view.h"

namespace glasshive::viewer {

/// A user without a screen: moves a mouse, presses keys, finds things by the names of Hits.
class Hand {
  public:
    Hand(const ViewOptions& options, int width, int height);

    View& view() { return *view_; }
    /// Frames without input; everything wanted is read and folded before.
    void rest(int frames = 2);
    /// One frame without waiting for anything.
    void frame(const std::function<void()>& input = {});
    /// The rectangle of what was drawn under that name. Fails the test when nothing was.
    Rect at(const std::string& name) const;
    bool sees(const std::string& name) const { return view_->hits().find(name).has_value(); }
    void hover(const std::string& name);
    void click(const std::string& name) { click_at(middle_of(name)); }
    void click_at(ImVec2 where, int button = 0, bool shift = false);
    /// The right button.
    void menu(const std::string& name) { click_at(middle_of(name), 1); }
    /// Holds shift and clicks.
    void add(const std::string& name) { click_at(middle_of(name), 0, true); }
    void drag(ImVec2 from, ImVec2 to, bool shift = false);
    void wheel(ImVec2 where, float notches);
    void press(int key, bool ctrl = false, bool shift = false);
    void type(const std::string& text);
    void resize(int width, int height);
    ImVec2 middle_of(const std::string& name) const;
    Headless& headless() { return *headless_; }

  private:
    std::unique_ptr<View> view_;
    std::unique_ptr<Headless> headless_;
    ImVec2 mouse_{-1, -1};
    bool down_[2] = {false, false};
    bool shift_ = false;
};

/// A recording of a shipped scenario, made once per program ("02_node_crash").
std::string recording_of(const std::string& scenario);

}   // namespace glasshive::viewer
