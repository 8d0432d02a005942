#pragma once

#include <string>
#include <vector>

#include "base/units.h"

/// Plain input data of the node engines.
namespace glasshive::runtime {

/// An image as the registry holds it. Layers, tags and builds come with the image model; here an
/// image is one blob of `size` bytes.
struct ImageSpec {
    std::string name;                        ///< As written in services: "shop/web:1.4".
    Bytes size{50'000'000};                  ///< On the wire, and as many on a disk.
    std::vector<std::string> present_on;     ///< Hosts (or "*") that have it before the run starts.
};

/// Where images come from.
struct RegistrySpec {
    std::string host;                        ///< A host of the platform; empty: the first manager.
    std::vector<ImageSpec> images;   ///< Images named here; others get `default_image_size`.
    Bytes default_image_size{50'000'000};    ///< For images no one described. About nginx's size.
    bool missing_is_error = false;           ///< True: an image not listed cannot be pulled.
};

}   // namespace glasshive::runtime
