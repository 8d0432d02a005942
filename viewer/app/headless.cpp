#define GL_GLEXT_PROTOTYPES
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "viewer/app/headless.h"

#include <vector>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <stb_image_write.h>

namespace glasshive::viewer {

namespace {

/// A current OpenGL context that belongs to no surface; `error` is "" when there is one.
struct Surfaceless {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    std::string error;

    Surfaceless() {
        display =
            eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
        if (display == EGL_NO_DISPLAY || eglInitialize(display, nullptr, nullptr) == EGL_FALSE) {
            error = "no EGL without a surface here; install libegl-mesa0 and libgl1-mesa-dri";
            return;
        }
        eglBindAPI(EGL_OPENGL_API);
        const EGLint wanted[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, 0,
                                 EGL_NONE};
        EGLConfig config = nullptr;
        EGLint configs = 0;
        eglChooseConfig(display, wanted, &config, 1, &configs);
        const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                                  EGL_NONE};
        context =
            eglCreateContext(display, configs > 0 ? config : nullptr, EGL_NO_CONTEXT, version);
        if (eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_FALSE)
            error = "no OpenGL 3.3 here; install libgl1-mesa-dri";
    }
    ~Surfaceless() {
        if (display != EGL_NO_DISPLAY) eglTerminate(display);
    }
};

void bind_target(int width, int height) {
    GLuint frame = 0;
    GLuint colour = 0;
    glGenFramebuffers(1, &frame);
    glGenRenderbuffers(1, &colour);
    glBindRenderbuffer(GL_RENDERBUFFER, colour);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, frame);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
    glViewport(0, 0, width, height);
}

}   // namespace

std::string draw_to_png(const std::string& path, int width, int height,
                        const std::function<void()>& begin, const std::function<void()>& draw) {
    const Surfaceless surfaceless;
    if (!surfaceless.error.empty()) return surfaceless.error;
    bind_target(width, height);
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DeltaTime = 1.0F / 60;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    begin();
    ImGui_ImplOpenGL3_Init("#version 330");
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    draw();
    ImGui::Render();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    const auto row = static_cast<std::size_t>(width) * 3;
    std::vector<unsigned char> pixels(row * static_cast<std::size_t>(height));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
    stbi_flip_vertically_on_write(1);   // OpenGL counts rows from below.
    const bool written =
        stbi_write_png(path.c_str(), width, height, 3, pixels.data(), static_cast<int>(row)) != 0;
    return written ? "" : "cannot write " + path;
}

}   // namespace glasshive::viewer
