#include "runtime/catalog.h"

#include <algorithm>

namespace glasshive::runtime {

namespace {
/// A manifest's usual size on the wire: an image manifest of a handful of layers is 1 to 2 KiB.
constexpr Bytes manifest_size{1536};
}   // namespace

std::string with_tag(std::string_view image) {
    std::string name{image};
    if (name.find('@') != std::string::npos) return name;   // Pinned by digest.
    const auto slash = name.rfind('/');
    const auto colon = name.rfind(':');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return tagged ? name : name + ":latest";
}

Catalog::Catalog(const RegistrySpec& spec, const std::vector<std::string>& host_names, Names& names)
    : default_size_(spec.default_image_size), missing_is_error_(spec.missing_is_error) {
    for (const ImageSpec& image : spec.images) {
        Entry entry{.image = names.intern(with_tag(image.name)), .size = image.size};
        for (const std::string& host : image.present_on) {
            if (host == "*") entry.everywhere = true;
            const auto found = std::find(host_names.begin(), host_names.end(), host);
            if (found == host_names.end()) continue;
            entry.hosts.push_back(HostId{static_cast<std::uint32_t>(found - host_names.begin())});
        }
        std::sort(entry.hosts.begin(), entry.hosts.end());
        entries_.push_back(std::move(entry));
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.image < b.image; });
}

const Catalog::Entry* Catalog::find(NameId image) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), image,
                                        [](const Entry& e, NameId name) { return e.image < name; });
    return found != entries_.end() && found->image == image ? &*found : nullptr;
}

Bytes Catalog::size_of(NameId image) const {
    if (const Entry* entry = find(image)) return entry->size;
    return missing_is_error_ ? Bytes{-1} : default_size_;
}

bool Catalog::present_at_start(NameId image, HostId host) const {
    const Entry* entry = find(image);
    if (entry == nullptr) return false;
    return entry->everywhere || std::binary_search(entry->hosts.begin(), entry->hosts.end(), host);
}

void RegistryServer::on_message(const kernel::Message& message) {
    if (message.type != static_cast<std::uint16_t>(RegistryMessage::manifest_request)) return;
    const Bytes size = catalog_.size_of(NameId{static_cast<std::uint32_t>(message.a)});
    kernel_.send(id(), message.channel,
                 {.type = static_cast<std::uint16_t>(RegistryMessage::manifest),
                  .a = message.a,
                  .b = static_cast<std::uint64_t>(size.count + 1),
                  .size = manifest_size});
}

}   // namespace glasshive::runtime
