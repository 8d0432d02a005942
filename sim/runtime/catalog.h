#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/names.h"
#include "kernel/kernel.h"
#include "runtime/spec.h"

namespace glasshive::runtime {

/// The images of a run, compiled once from the specs and shared, read-only, by every engine.
class Catalog {
  public:
    /// `host_names[i]` is host i's name. Names in `present_on` that are no host are ignored: the
    /// scenario's validation has said so before.
    Catalog(const RegistrySpec& spec, const std::vector<std::string>& host_names, Names& names);

    /// Size on the wire, or -1 when the registry does not have the image.
    Bytes size_of(NameId image) const;
    /// True when the host had the image before the run started.
    bool present_at_start(NameId image, HostId host) const;

  private:
    struct Entry {
        NameId image;
        Bytes size{};
        bool everywhere = false;
        std::vector<HostId> hosts;   // Sorted.
    };
    const Entry* find(NameId image) const;

    std::vector<Entry> entries_;     // Sorted by image.
    Bytes default_size_{};
    bool missing_is_error_ = false;
};

/// The image's name with its tag: "nginx" is "nginx:latest".
/// Source: distribution/reference TagNameOnly, as moby's "No such image: …" renders it.
std::string with_tag(std::string_view image);

/// Message::type between an engine and the registry.
enum class RegistryMessage : std::uint16_t {
    manifest_request = 100,   ///< engine → registry [a: image]
    manifest,                 ///< registry → engine [a: image, b: size + 1, or 0: not found]
};

/// The registry: answers for manifests; the bytes themselves are flows from its host.
class RegistryServer final : public kernel::Process {
  public:
    RegistryServer(kernel::Kernel& kernel, const Catalog& catalog)
        : kernel_(kernel),
          catalog_(catalog) {}
    void on_message(const kernel::Message& message) override;

  private:
    kernel::Kernel& kernel_;
    const Catalog& catalog_;
};

}   // namespace glasshive::runtime
