// Goal: who names no file finds the shipped stories by their questions and opens one. Method: the
// start screen without a display; scenarios of the source, and a folder of odd files.
#include <filesystem>
#include <fstream>

#include <GLFW/glfw3.h>
#include <catch2/catch.hpp>

#include "viewer/app/headless.h"
#include "viewer/app/start.h"

using namespace glasshive::viewer;

namespace {

/// A start screen and whoever sits before it.
struct Desk {
    explicit Desk(const std::vector<std::string>& folders) : start(folders, true) {
        auto opened = Headless::open(1280, 720);
        REQUIRE(opened.ok());
        headless = std::move(opened.value());
        headless->paint(false);
        start.dress(1);
        frame();
        frame();
    }
    void frame(const std::function<void()>& input = {}) {
        headless->frame([this] { start.frame(); }, input);
    }
    void type(const std::string& text) {
        for (const char c : text)
            frame([c] { ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c)); });
        frame();
    }
    void press(int key) {
        start.press(key, 0);
        frame();
    }
    bool sees(const std::string& name) { return start.hits().find("start/" + name).has_value(); }

    Start start;
    std::unique_ptr<Headless> headless;
};

const std::string scenarios = SOURCE_DIR "/scenarios";

}   // namespace

TEST_CASE("a story is found by words of its question and opened", "[start]") {
    Desk desk({scenarios});
    CHECK(desk.sees("01_hello_cluster.yaml"));
    CHECK_FALSE(desk.start.wants_to_quit());
    desk.type("rack goes dark");
    CHECK_FALSE(desk.sees("01_hello_cluster.yaml"));
    REQUIRE(desk.sees("03_rack_loss.yaml"));
    desk.press(GLFW_KEY_ENTER);
    CHECK(desk.start.wants_to_quit());
    CHECK(desk.start.file() == scenarios + "/03_rack_loss.yaml");
}

TEST_CASE("arrows and clicks choose, Escape leaves", "[start]") {
    {
        Desk desk({scenarios});
        desk.press(GLFW_KEY_DOWN);
        desk.press(GLFW_KEY_DOWN);
        desk.press(GLFW_KEY_UP);
        desk.press(GLFW_KEY_ENTER);
        CHECK(desk.start.file() == scenarios + "/02_node_crash.yaml");
    }
    {
        Desk desk({scenarios});
        for (int i = 0; i < 30; ++i) desk.press(GLFW_KEY_DOWN);
        CHECK(desk.sees("47_segmentation.yaml"));   // The list went along.
        CHECK_FALSE(desk.sees("01_hello_cluster.yaml"));
    }
    {
        Desk desk({scenarios});
        const Rect row = *desk.start.hits().find("start/04_partitioned_worker.yaml");
        const auto at = [row](bool down) {
            ImGui::GetIO().MousePos = {row.min.x + 40, row.min.y + 10};
            ImGui::GetIO().MouseDown[0] = down;
        };
        desk.frame([&] { at(false); });
        desk.frame([&] { at(true); });
        desk.frame([&] { at(false); });
        CHECK(desk.start.file() == scenarios + "/04_partitioned_worker.yaml");
    }
    Desk desk({scenarios});
    desk.type("there is no such story");
    desk.press(GLFW_KEY_ENTER);
    CHECK_FALSE(desk.start.wants_to_quit());
    desk.press(GLFW_KEY_ESCAPE);
    CHECK(desk.start.wants_to_quit());
    CHECK(desk.start.file().empty());
}

TEST_CASE("a folder is read as it is: strangers' files are left out", "[start]") {
    char name[] = "/tmp/glasshive-start-XXXXXX";
    const std::string folder = mkdtemp(name);
    const auto write = [&](const char* file, const std::string& text) {
        std::ofstream(folder + "/" + file, std::ios::binary) << text;
    };
    write("10.yaml", R"(# Why so
# many?
#
# Watch for: a.
#   b.
# Try next: c.
schema: 1
title: "Ten: hosts"
# not this
)");
    write("9.lua", "-- Nine?\nreturn {}\n");
    write("compose.yml", "services: {web: {image: nginx}}\n");
    write("run.hive", std::string(5000, '\0'));
    write("empty.yaml", "");
    write("notes.txt", "schema: 1\n");
    std::filesystem::create_directory(folder + "/folder.yaml");
    const auto entries = catalogue_of(folder);
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].name == "9.lua");
    CHECK(entries[0].about == "Nine?");
    CHECK(entries[1].title == "Ten: hosts");
    CHECK(entries[1].about == "Why so many?\n\nWatch for: a. b.\nTry next: c.");
    CHECK(entries[2].recording);
    CHECK(catalogue_of(folder + "/nowhere").empty());
    std::filesystem::remove_all(folder);

    const auto shipped = catalogue_of(scenarios);
    CHECK(shipped.size() > 40);
    for (const CatalogueEntry& entry : shipped) {
        CAPTURE(entry.name);
        CHECK_FALSE(entry.about.empty());   // Each begins with its question.
        CHECK((entry.title != entry.name || entry.name.find(".lua") != std::string::npos));
    }
    Desk desk({"/nowhere"});
    CHECK(desk.start.empty());
    desk.press(GLFW_KEY_ENTER);
    CHECK_FALSE(desk.start.wants_to_quit());
}
