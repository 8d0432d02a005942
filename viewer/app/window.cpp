#include "viewer/app/window.h"

#include <algorithm>
#include <chrono>

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

namespace glasshive::viewer {

namespace {

std::string last_error() {
    const char* text = nullptr;
    glfwGetError(&text);
    return text == nullptr ? "no reason was given" : text;
}

/// What the window's callbacks tell the loop.
struct Told {
    Shown& view;
    bool touched = true;
};

Told& told(GLFWwindow* window) { return *static_cast<Told*>(glfwGetWindowUserPointer(window)); }

void take_key(GLFWwindow* window, int key, int, int action, int modifiers) {
    told(window).touched = true;
    if (action == GLFW_RELEASE) return;
    constexpr int ours = GLFW_MOD_CONTROL | GLFW_MOD_SHIFT;
    told(window).view.press(key, modifiers & ours);
}

/// ImGui's backend takes over some of these and calls ours.
void listen(GLFWwindow* window) {
    glfwSetKeyCallback(window, take_key);
    glfwSetCharCallback(window, [](GLFWwindow* of, unsigned) { told(of).touched = true; });
    glfwSetMouseButtonCallback(window,
                               [](GLFWwindow* of, int, int, int) { told(of).touched = true; });
    glfwSetScrollCallback(window, [](GLFWwindow* of, double, double) { told(of).touched = true; });
    glfwSetCursorPosCallback(window,
                             [](GLFWwindow* of, double, double) { told(of).touched = true; });
    glfwSetCursorEnterCallback(window, [](GLFWwindow* of, int) { told(of).touched = true; });
    glfwSetFramebufferSizeCallback(window,
                                   [](GLFWwindow* of, int, int) { told(of).touched = true; });
    glfwSetWindowRefreshCallback(window, [](GLFWwindow* of) { told(of).touched = true; });
    glfwSetWindowFocusCallback(window, [](GLFWwindow* of, int) { told(of).touched = true; });
}

void draw_frame(Shown& view, GLFWwindow* window) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    view.frame();
    ImGui::Render();
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    glViewport(0, 0, width, height);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
}

/// Draws while something moves or was touched, ten times a second while more is being read, and not
/// at all while nothing happens: software rendering takes a tenth of a second for a frame.
void loop(Told& heard, GLFWwindow* window) {
    Shown& view = heard.view;
    constexpr int frames_after = 4;   // A tooltip or popup comes some frames after its reason.
    constexpr double progress_every = 0.1, wait_max = 0.5, live_wait_max = 0.1;
    int frames = frames_after;
    double drawn = 0;
    while (glfwWindowShouldClose(window) == GLFW_FALSE && !view.wants_to_quit()) {
        const bool busy = frames > 0 || view.moving() || view.reading();
        if (busy)
            glfwPollEvents();
        else
            glfwWaitEventsTimeout(view.follows() ? live_wait_max : wait_max);
        // What the run says by itself: that it ended, or died.
        if (view.changed()) frames = frames_after;
        if (heard.touched) frames = frames_after;
        heard.touched = false;
        const bool progress = view.reading() && glfwGetTime() - drawn >= progress_every;
        if (frames > 0 || view.moving() || progress) {
            draw_frame(view, window);
            drawn = glfwGetTime();
            frames = std::max(0, frames - 1);
        } else if (view.reading()) {
            view.read_on(std::chrono::milliseconds(8));
        }
    }
}

}   // namespace

std::string run_window(Shown& view, int& width, int& height) {
    if (glfwInit() == GLFW_FALSE) return "no display: " + last_error();
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    const std::string title = "Glasshive: " + view.title();
    GLFWwindow* window = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
    if (window == nullptr) {
        const std::string why = "no window with OpenGL 3.3: " + last_error();
        glfwTerminate();
        return why;
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    glfwSetWindowSizeLimits(window, 320, 240, GLFW_DONT_CARE, GLFW_DONT_CARE);
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    Told heard{view};
    glfwSetWindowUserPointer(window, &heard);
    listen(window);   // Before ImGui does.
    ImGui_ImplGlfw_InitForOpenGL(window, true);
    ImGui_ImplOpenGL3_Init("#version 330");
    float scale = 1;
    glfwGetWindowContentScale(window, &scale, nullptr);
    view.dress(scale);
    loop(heard, window);
    glfwGetWindowSize(window, &width, &height);
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    glfwDestroyWindow(window);
    glfwTerminate();
    return "";
}

}   // namespace glasshive::viewer
