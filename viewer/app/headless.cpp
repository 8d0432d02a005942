#define GL_GLEXT_PROTOTYPES
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "viewer/app/headless.h"

#include <array>
#include <vector>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <GLFW/glfw3.h>
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

/// Where ImGui's text fields find their keys; a window's backend does the same.
void map_keys(ImGuiIO& io) {
    static constexpr std::array<std::array<int, 2>, 12> keys{
        {{ImGuiKey_Tab, GLFW_KEY_TAB},
         {ImGuiKey_LeftArrow, GLFW_KEY_LEFT},
         {ImGuiKey_RightArrow, GLFW_KEY_RIGHT},
         {ImGuiKey_UpArrow, GLFW_KEY_UP},
         {ImGuiKey_DownArrow, GLFW_KEY_DOWN},
         {ImGuiKey_Home, GLFW_KEY_HOME},
         {ImGuiKey_End, GLFW_KEY_END},
         {ImGuiKey_Delete, GLFW_KEY_DELETE},
         {ImGuiKey_Backspace, GLFW_KEY_BACKSPACE},
         {ImGuiKey_Enter, GLFW_KEY_ENTER},
         {ImGuiKey_Escape, GLFW_KEY_ESCAPE},
         {ImGuiKey_A, GLFW_KEY_A}}};
    for (const auto& [ours, theirs] : keys) io.KeyMap[ours] = theirs;
}

}   // namespace

struct Headless::Impl {
    Surfaceless surfaceless;
    int width = 0, height = 0;
    GLuint frame = 0, colour = 0;

    void bind_target() {
        if (frame != 0) {
            glDeleteFramebuffers(1, &frame);
            glDeleteRenderbuffers(1, &colour);
        }
        glGenFramebuffers(1, &frame);
        glGenRenderbuffers(1, &colour);
        glBindRenderbuffer(GL_RENDERBUFFER, colour);
        glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
        glBindFramebuffer(GL_FRAMEBUFFER, frame);
        glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour);
        glViewport(0, 0, width, height);
        ImGui::GetIO().DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    }
};

Headless::Headless(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Headless>> Headless::open(int width, int height) {
    auto impl = std::make_unique<Impl>();
    if (!impl->surfaceless.error.empty()) return Diagnostic{.message = impl->surfaceless.error};
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DeltaTime = 1.0F / 60;
    map_keys(io);
    impl->width = width;
    impl->height = height;
    impl->bind_target();
    ImGui_ImplOpenGL3_Init("#version 330");
    return std::unique_ptr<Headless>(new Headless(std::move(impl)));
}

Headless::~Headless() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
}

void Headless::resize(int width, int height) {
    impl_->width = width;
    impl_->height = height;
    impl_->bind_target();
}

void Headless::frame(const std::function<void()>& draw, const std::function<void()>& input) {
    ImGui_ImplOpenGL3_NewFrame();
    if (input) input();
    ImGui::NewFrame();
    draw();
    ImGui::Render();
    if (!paints_) return;
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

int Headless::vertices() const { return ImGui::GetDrawData()->TotalVtxCount; }

std::string Headless::save(const std::string& path) const {
    const auto row = static_cast<std::size_t>(impl_->width) * 3;
    std::vector<unsigned char> pixels(row * static_cast<std::size_t>(impl_->height));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, impl_->width, impl_->height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
    stbi_flip_vertically_on_write(1);   // OpenGL counts rows from below.
    const bool written = stbi_write_png(path.c_str(), impl_->width, impl_->height, 3, pixels.data(),
                                        static_cast<int>(row)) != 0;
    return written ? "" : "cannot write " + path;
}

}   // namespace glasshive::viewer
