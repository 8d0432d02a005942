#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace glasshive::viewer {

/// A current ImGui context on an OpenGL one that has neither display nor GPU (EGL, surfaceless),
/// drawing into a framebuffer. One at a time.
class Headless {
  public:
    /// A Diagnostic that names the packages to install where EGL cannot do that.
    static Result<std::unique_ptr<Headless>> open(int width, int height);
    ~Headless();
    Headless(const Headless&) = delete;
    Headless& operator=(const Headless&) = delete;

    /// One frame of 1/60 s: what is `draw`n between NewFrame and Render. `input` runs before
    /// NewFrame: where tests put mouse and keys.
    void frame(const std::function<void()>& draw, const std::function<void()>& input = {});
    /// Whether frames are rasterised: what nobody looks at need not be.
    void paint(bool on) { paints_ = on; }
    /// Another size from the next frame on.
    void resize(int width, int height);
    /// The last frame as a PNG. "" or what went wrong.
    std::string save(const std::string& path) const;
    /// Corners of the last frame's triangles: what a frame costs a GPU.
    int vertices() const;

  private:
    struct Impl;
    explicit Headless(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
    bool paints_ = true;
};

}   // namespace glasshive::viewer
