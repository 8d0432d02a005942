#include "viewer/app/window.h"

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

void take_key(GLFWwindow* window, int key, int, int action, int modifiers) {
    if (action == GLFW_RELEASE) return;
    constexpr int ours = GLFW_MOD_CONTROL | GLFW_MOD_SHIFT;
    static_cast<View*>(glfwGetWindowUserPointer(window))->press(key, modifiers & ours);
}

void draw_frame(View& view, GLFWwindow* window) {
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

void loop(View& view, GLFWwindow* window) {
    // A popup opens a frame after its click, and a tooltip after its hover: a few frames follow
    // every input.
    int frames_to_draw = 3;
    while (glfwWindowShouldClose(window) == GLFW_FALSE && !view.wants_to_quit()) {
        const bool moving = frames_to_draw > 0 || view.restless();
        const double before = glfwGetTime();
        if (moving) {
            glfwPollEvents();
        } else {
            glfwWaitEventsTimeout(0.5);
            // Woken before its time: by input.
            if (glfwGetTime() - before < 0.49) frames_to_draw = 4;
        }
        if (!moving && frames_to_draw == 0) continue;
        draw_frame(view, window);
        if (frames_to_draw > 0) --frames_to_draw;
    }
}

}   // namespace

std::string run_window(View& view, int& width, int& height) {
    if (glfwInit() == GLFW_FALSE) return "no display: " + last_error();
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    const std::string& path = view.glass().recording().path();
    const std::string title = "Glasshive: " + path.substr(path.find_last_of('/') + 1);
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
    glfwSetWindowUserPointer(window, &view);
    glfwSetKeyCallback(window, take_key);   // Before ImGui's, which calls it.
    ImGui_ImplGlfw_InitForOpenGL(window, true);
    ImGui_ImplOpenGL3_Init("#version 330");
    float scale = 1;
    glfwGetWindowContentScale(window, &scale, nullptr);
    view.dress(scale);
    loop(view, window);
    glfwGetWindowSize(window, &width, &height);
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    glfwDestroyWindow(window);
    glfwTerminate();
    return "";
}

}   // namespace glasshive::viewer
