#include "viewer/app/hand.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include <GLFW/glfw3.h>
#include <catch2/catch.hpp>

namespace glasshive::viewer {

Hand::Hand(const ViewOptions& options, int width, int height) {
    auto view = View::open(options);
    if (!view.ok()) FAIL(to_text(view.problems().front()));
    view_ = std::move(view.value());
    auto headless = Headless::open(width, height);
    if (!headless.ok()) FAIL(to_text(headless.problems().front()));
    headless_ = std::move(headless.value());
    headless_->paint(false);   // Nobody looks.
    view_->dress(1);
    view_->remember_hits();
    rest(3);
}

void Hand::frame(const std::function<void()>& input) {
    headless_->frame([this] { view_->frame(); },
                     [&] {
                         ImGuiIO& io = ImGui::GetIO();
                         io.MousePos = mouse_;
                         io.MouseDown[0] = down_[0];
                         io.MouseDown[1] = down_[1];
                         io.KeyShift = shift_;
                         if (input) input();
                     });
}

void Hand::rest(int frames) {
    view_->settle();
    for (int i = 0; i < frames; ++i) frame();
}

Rect Hand::at(const std::string& name) const {
    const auto found = view_->hits().find(name);
    if (!found) {
        std::string all;
        for (const auto& [one, where] : view_->hits().all()) all += one + "\n";
        FAIL("nothing called \"" << name << "\" is drawn, but\n" << all);
    }
    return *found;
}

ImVec2 Hand::middle_of(const std::string& name) const {
    const Rect rect = at(name);
    return {(rect.min.x + rect.max.x) / 2, (rect.min.y + rect.max.y) / 2};
}

void Hand::hover(const std::string& name) {
    mouse_ = middle_of(name);
    frame();
    frame();
}

void Hand::click_at(ImVec2 where, int button, bool shift) {
    shift_ = shift;
    mouse_ = where;
    frame();
    down_[button] = true;
    frame();
    down_[button] = false;
    frame();
    shift_ = false;
    rest(2);
    // Two clicks in a row shall not count as a double click.
    for (int i = 0; i < 30; ++i) frame();
}

void Hand::drag(ImVec2 from, ImVec2 to, bool shift) {
    shift_ = shift;
    mouse_ = from;
    frame();
    down_[0] = true;
    frame();
    for (int i = 1; i <= 4; ++i) {
        const float share = static_cast<float>(i) / 4;
        mouse_ = {from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share};
        frame();
    }
    down_[0] = false;
    frame();
    shift_ = false;
    rest(2);
}

void Hand::wheel(ImVec2 where, float notches) {
    mouse_ = where;
    frame();
    frame([notches] { ImGui::GetIO().MouseWheel = notches; });
    frame();
}

void Hand::press(int key, bool ctrl, bool shift) {
    const auto hold = [&](bool down) {
        ImGuiIO& io = ImGui::GetIO();
        io.KeyCtrl = down && ctrl;
        io.KeyShift = down && shift;
        io.KeysDown[key] = down;
    };
    const int modifiers = (ctrl ? GLFW_MOD_CONTROL : 0) | (shift ? GLFW_MOD_SHIFT : 0);
    view_->press(key, modifiers);
    frame([&] { hold(true); });
    frame([&] { hold(false); });
    rest(2);
}

void Hand::type(const std::string& text) {
    for (const char c : text)
        frame([c] { ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c)); });
    frame();
}

void Hand::resize(int width, int height) {
    headless_->resize(width, height);
    rest(3);
}

std::string recording_of(const std::string& scenario) {
    static std::map<std::string, std::string> made;
    static const std::string folder = [] {
        char name[] = "/tmp/glasshive-gui-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    static const bool removed_at_the_end = [] {
        return std::atexit([] { std::filesystem::remove_all(folder); }) == 0;
    }();
    REQUIRE(removed_at_the_end);
    std::string& path = made[scenario];
    if (!path.empty()) return path;
    path = folder + "/" + scenario + ".hive";
    const std::string file = SOURCE_DIR "/scenarios/" + scenario + ".yaml";
    const pid_t child = fork();
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
        execl(GLASSHIVE_PROGRAM, "glasshive", "run", file.c_str(), "--record", path.c_str(),
              nullptr);
        _exit(127);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(std::filesystem::exists(path));
    return path;
}

}   // namespace glasshive::viewer
