#pragma once

#include <chrono>
#include <string>

namespace glasshive::viewer {

/// What a window shows and drives: a view, or the list of what could be viewed.
class Shown {
  public:
    virtual ~Shown() = default;

    /// What the window is called.
    virtual const std::string& title() const = 0;
    /// Fonts and style for the current ImGui context. Once, before the first frame.
    virtual void dress(float scale) = 0;
    /// A key went down or repeats (GLFW's code and modifiers). Waits for the next frame: a tap that
    /// is shorter than a frame counts.
    virtual void press(int key, int modifiers) = 0;
    /// One frame, between ImGui::NewFrame and ImGui::Render.
    virtual void frame() = 0;
    /// The window shall close.
    virtual bool wants_to_quit() const = 0;

    /// What is seen changes by itself.
    virtual bool moving() const { return false; }
    /// read_on() has something to do.
    virtual bool reading() const { return false; }
    /// Reads on for about `budget`.
    virtual void read_on(std::chrono::microseconds) {}
    /// Somebody else changes what is shown, now and then.
    virtual bool follows() const { return false; }
    /// And did, since the last frame.
    virtual bool changed() const { return false; }
};

}   // namespace glasshive::viewer
