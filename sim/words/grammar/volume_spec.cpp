#include "words/grammar/volume_spec.h"

#include <cctype>
#include <vector>

namespace glasshive::words {

namespace {

bool drive_letter(std::string_view part) {
    return part.size() == 1 && std::isalpha(static_cast<unsigned char>(part[0])) != 0;
}

/// Splits at colons, those after a Windows drive letter aside.
std::vector<std::string> sections(std::string_view text) {
    std::vector<std::string> result(1);
    for (const char c : text) {
        if (c == ':' && !drive_letter(result.back())) {
            result.emplace_back();
        } else {
            result.back() += c;
        }
    }
    return result;
}

bool is_path(std::string_view source) {
    if (source[0] == '.' || source[0] == '/' || source[0] == '~') return true;
    if (source.rfind("\\\\", 0) == 0) return true;
    return source.size() > 1 && source[1] == ':' && drive_letter(source.substr(0, 1));
}

VolumeSpecText bad(std::string problem) { return {{}, std::move(problem)}; }

}   // namespace

VolumeSpecText parse_volume_spec(std::string_view text) {
    VolumeSpecText result;
    swarm::Mount& mount = result.mount;
    const std::string invalid = "invalid spec: " + std::string(text) + ": ";
    if (text.empty()) return bad("invalid empty volume spec");
    const std::vector<std::string> parts =
        text.size() <= 2 ? std::vector<std::string>{std::string(text)} : sections(text);
    for (const std::string& part : parts) {
        if (part.empty()) return bad(invalid + "empty section between colons");
    }
    if (parts.size() > 3) return bad(invalid + "too many colons");
    mount.target = parts.size() == 1 ? parts[0] : parts[1];
    if (parts.size() > 1) mount.source = parts[0];
    if (!mount.source.empty() && is_path(mount.source)) mount.type = swarm::MountType::bind;
    if (parts.size() < 3) return result;
    const std::string options = "," + parts[2] + ",";
    mount.read_only = options.rfind(",ro,") != std::string::npos &&
                      (options.rfind(",rw,") == std::string::npos ||
                       options.rfind(",rw,") < options.rfind(",ro,"));
    mount.no_copy = options.find(",nocopy,") != std::string::npos;
    return result;
}

}   // namespace glasshive::words
