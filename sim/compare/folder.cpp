#include "compare/folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace glasshive::compare {

namespace {

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string shard_name(std::size_t run) { return "runs/" + std::to_string(run) + ".json"; }

}   // namespace

Diagnostics Folder::write(const std::string& name, const std::string& text) const {
    // Of this process alone: two may do the same run.
    const std::string path = file(name), draft = path + "." + std::to_string(getpid());
    std::ofstream out(draft, std::ios::binary);
    out << text;
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(draft, path, error);
    if (out && !error) return {};
    const std::string why = error ? error.message() : std::strerror(errno);
    std::filesystem::remove(draft, error);
    return {{.file = path,
             .line = 0,
             .path = "",
             .message = "cannot be written: " + why,
             .hint = "--out DIR: a folder that may be written to, with room"}};
}

Diagnostics Folder::begin(const Plan& plan) const {
    std::error_code error;
    std::filesystem::create_directories(file("runs"), error);
    if (!error) std::filesystem::create_directories(file("plots"), error);
    if (error) {
        return {{.file = path_,
                 .line = 0,
                 .path = "",
                 .message = "no folder can be made: " + error.message(),
                 .hint = "--out DIR: a folder that may be written to"}};
    }
    const std::string known = content_of(file("plan.json"));
    if (!known.empty()) {
        const auto before = Plan::from_json(known, file("plan.json"));
        if (before.ok() && before.value().fingerprint() == plan.fingerprint()) return {};
        return {{.file = path_,
                 .line = 0,
                 .path = "",
                 .message = "holds the results of another comparison",
                 .hint = "choose another folder, or remove this one"}};
    }
    return write("plan.json", plan.to_json());
}

Result<Plan> Folder::plan() const {
    const std::string text = content_of(file("plan.json"));
    if (text.empty()) {
        return Diagnostic{.file = path_,
                          .message = "holds no plan",
                          .hint = "glasshive compare … --out DIR writes one"};
    }
    return Plan::from_json(text, file("plan.json"));
}

std::vector<std::size_t> Folder::files() const {
    std::vector<std::size_t> runs;
    std::error_code error;
    std::filesystem::directory_iterator each(file("runs"), error);
    for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
        const std::string name = each->path().filename().string();
        std::size_t run = 0;
        const auto read = std::from_chars(name.data(), name.data() + name.size(), run);
        if (read.ec == std::errc() && std::string_view(read.ptr) == ".json") runs.push_back(run);
    }
    std::sort(runs.begin(), runs.end());
    return runs;
}

std::optional<Measured> Folder::shard(const Plan& plan, std::size_t run) const {
    return read_shard(content_of(file(shard_name(run))), plan.fingerprint());
}

Diagnostics Folder::keep(const Plan& plan, std::size_t run, const Measured& measured) const {
    return write(shard_name(run), shard_text(measured, plan.fingerprint()));
}

std::string Folder::log(std::size_t run) const {
    return file("runs/" + std::to_string(run) + ".log");
}

}   // namespace glasshive::compare
