#include "viewer/app/settings.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

namespace glasshive::viewer {

namespace {

using Json = nlohmann::ordered_json;

void read_share(const Json& json, const char* name, float& share) {
    if (const auto found = json.find(name); found != json.end() && found->is_number())
        share = std::clamp(found->get<float>(), 0.1F, 0.9F);
}

void read_pixels(const Json& json, const char* name, int low, int& pixels) {
    if (const auto found = json.find(name); found != json.end() && found->is_number())
        pixels =
            static_cast<int>(std::clamp(found->get<double>(), static_cast<double>(low), 8192.0));
}

}   // namespace

std::string settings_path() {
    const char* folder = std::getenv("XDG_CONFIG_HOME");
    if (folder != nullptr && *folder != '\0') return std::string(folder) + "/glasshive/viewer.json";
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') return "";
    return std::string(home) + "/.config/glasshive/viewer.json";
}

Settings load_settings(const std::string& path) {
    Settings settings;
    std::ifstream file(path);
    const Json json = Json::parse(file, nullptr, false);
    if (!json.is_object()) return settings;
    Layout& layout = settings.layout;
    read_share(json, "side", layout.side);
    read_share(json, "upper", layout.upper);
    read_share(json, "lower", layout.lower);
    read_share(json, "middle", layout.middle);
    if (const auto tabs = json.find("tabs"); tabs != json.end() && tabs->is_array()) {
        for (const Json& tab : *tabs) {
            if (tab.is_string()) layout.show(tab.get<std::string>());
        }
    }
    if (const auto dark = json.find("dark"); dark != json.end() && dark->is_boolean())
        settings.dark = dark->get<bool>();
    read_pixels(json, "width", 320, settings.width);
    read_pixels(json, "height", 240, settings.height);
    return settings;
}

bool save_settings(const std::string& path, const Settings& settings) {
    std::error_code ignored;   // Writing says whether it went well.
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    const Layout& layout = settings.layout;
    Json json{{"side", layout.side},     {"upper", layout.upper},    {"lower", layout.lower},
              {"middle", layout.middle}, {"tabs", Json::array()},    {"dark", settings.dark},
              {"width", settings.width}, {"height", settings.height}};
    for (const std::string& tab : layout.shown) {
        if (!tab.empty()) json["tabs"].push_back(tab);
    }
    std::ofstream file(path);
    file << json.dump(2) << "\n";
    file.flush();
    return file.good();
}

}   // namespace glasshive::viewer
