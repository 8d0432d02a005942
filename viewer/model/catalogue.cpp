#include "viewer/model/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

constexpr std::size_t entries_max = 500;
constexpr std::size_t head_bytes = 8192;

bool begins(std::string_view text, std::string_view begin) {
    return text.substr(0, begin.size()) == begin;
}

/// A value as YAML has it, without its quotes.
std::string plain(std::string_view text) {
    const std::size_t from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return "";
    text = text.substr(from, text.find_last_not_of(" \t\r") + 1 - from);
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
        text.back() == text.front())
        text = text.substr(1, text.size() - 2);
    return std::string(text);
}

std::string head_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string head(head_bytes, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return head;
}

/// False when the file is no scenario.
bool read_head(const std::filesystem::path& path, CatalogueEntry& entry) {
    const bool lua = path.extension() == ".lua";
    const std::string_view comment = lua ? "--" : "#";
    std::istringstream lines(head_of(path));
    bool top = true;
    bool ours = lua;
    for (std::string line; std::getline(lines, line);) {
        top = top && begins(line, comment);
        if (top) {
            const std::string text = plain(std::string_view(line).substr(comment.size()));
            // Lines are joined: a window is as wide as it is.
            const bool paragraph =
                text.empty() || begins(text, "Watch for:") || begins(text, "Try next:");
            const bool after = !entry.about.empty() && entry.about.back() != '\n';
            if (after) entry.about += paragraph ? '\n' : ' ';
            entry.about += text;
            if (text.empty() && !entry.about.empty()) entry.about += '\n';
        }
        ours = ours || begins(line, "schema:");
        if (begins(line, "title:")) entry.title = plain(std::string_view(line).substr(6));
    }
    return ours;
}

}   // namespace

std::vector<CatalogueEntry> catalogue_of(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<CatalogueEntry> entries;
    std::error_code problem;
    for (fs::directory_iterator each(folder, problem), end; !problem && each != end;
         each.increment(problem)) {
        std::error_code unknown;
        const fs::path& path = each->path();
        const std::string kind = path.extension().string();
        const bool scenario = kind == ".yaml" || kind == ".yml" || kind == ".lua";
        if ((!scenario && kind != ".hive") || !each->is_regular_file(unknown)) continue;
        CatalogueEntry entry{.path = path.string(), .name = path.filename().string()};
        entry.recording = !scenario;
        entry.title = entry.name;
        if (scenario && !read_head(path, entry)) continue;
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const CatalogueEntry& a, const CatalogueEntry& b) {
        return natural_less(a.name, b.name);
    });
    if (entries.size() > entries_max) entries.resize(entries_max);
    return entries;
}

}   // namespace glasshive::viewer
