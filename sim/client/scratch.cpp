#include "client/scratch.h"

#include <cstdlib>
#include <filesystem>

namespace glasshive::client {

ScratchFolder::ScratchFolder() {
    // A socket's path is short (unix(7): 108 bytes), and a user's own folder may be deep.
    constexpr std::size_t folder_length_max = 60;
    const char* const wish = std::getenv("TMPDIR");
    std::string folder = wish != nullptr ? wish : "";
    if (folder.empty() || folder.size() > folder_length_max) folder = "/tmp";
    folder += "/glasshive-XXXXXX";
    if (mkdtemp(folder.data()) != nullptr) path_ = folder;   // For its owner alone.
}

ScratchFolder::~ScratchFolder() {
    std::error_code nobody_is_told;
    if (!path_.empty()) std::filesystem::remove_all(path_, nobody_is_told);
}

}   // namespace glasshive::client
