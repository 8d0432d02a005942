#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swarm/spec.h"
#include "words/catalog.h"

/// The values of flags that are more than a word: what docker/cli's opts package reads.
namespace glasshive::words {

/// "" when `text` is a value of this kind, else docker's words for what is wrong with it.
std::string check_value(Kind kind, std::string_view text);

/// What was read, or why not in docker's words.
template <class T>
struct Value {
    T value{};
    std::string problem;
};

/// --mount "type=bind,source=/a,target=/b,readonly" (opts/mount.go).
struct MountValue {
    swarm::Mount mount;
    std::string type = "volume";            ///< As written: the engine judges it.
    std::vector<std::string> unsimulated;   ///< Keys that change nothing here.
};
Value<MountValue> parse_mount(std::string_view text);

/// --publish "8080:80" or "published=8080,target=80,mode=host" (opts/port.go).
Value<std::vector<swarm::PortConfig>> parse_publish(std::string_view text);

/// --network "front" or "name=front,alias=x" (opts/network.go).
struct NetworkValue {
    swarm::NetworkAttachment attachment;
    std::vector<std::string> unsimulated;
};
Value<NetworkValue> parse_network(std::string_view text);

/// --secret and --config "s1" or "source=s1,target=a,mode=0400" (opts/{secret,config}.go).
Value<swarm::FileReference> parse_reference(std::string_view text, const char* noun);

/// --generic-resource "gpu=2"; named ones ("gpu=UUID1") are not supported by services.
Value<std::pair<std::string, std::int64_t>> parse_generic(std::string_view text);

/// --host "db:1.2.3.4" or "db=1.2.3.4" as a service keeps it: "1.2.3.4 db".
std::string swarm_host(std::string_view text);

/// --placement-pref "spread=node.labels.zone".
Value<std::string> parse_preference(std::string_view text);

}   // namespace glasshive::words
