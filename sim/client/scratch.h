#pragma once

#include <string>

namespace glasshive::client {

/// A private folder for one session's recordings and sockets, gone with it.
class ScratchFolder {
  public:
    /// Makes it where the system keeps temporary files; "" in path() when it cannot.
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::string& path() const { return path_; }
    /// The path of a file in it.
    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}   // namespace glasshive::client
