// The comma-separated long forms: --mount, --publish, --network, --secret, --config.
#include <algorithm>

#include "words/grammar/gotext.h"
#include "words/grammar/port_spec.h"
#include "words/values.h"
#include "yaml/units.h"

namespace glasshive::words {

namespace {

using swarm::Mount;
using swarm::MountType;

struct MountReader {
    Value<MountValue> result;
    bool has_volume = false, has_bind = false, has_tmpfs = false;

    void fail(std::string problem) {
        if (result.problem.empty()) result.problem = std::move(problem);
    }

    /// A toggle that may stand alone.
    void toggle(const std::string& key, const std::optional<std::string>& value, bool& into) {
        into = true;
        if (!value) return;
        const auto parsed = go_bool(*value);
        if (!parsed) return fail("invalid value for " + key + ": " + *value);
        into = *parsed.value;
    }

    void read(const std::string& field) {
        Pair pair = cut(field);
        const std::string key = lower(pair.key);
        Mount& mount = result.value.mount;
        if (key == "readonly" || key == "ro") return toggle(pair.key, pair.value, mount.read_only);
        if (key == "volume-nocopy") {
            has_volume = true;
            return toggle(key, pair.value, mount.no_copy);
        }
        if (key == "bind-nonrecursive") {
            has_bind = true;
            bool ignored = false;
            result.value.unsimulated.push_back(key);
            return toggle(key, pair.value, ignored);
        }
        if (!pair.value) return fail("invalid field '" + field + "' must be a key=value pair");
        read_value(key, *pair.value, field);
    }

    void read_value(const std::string& key, const std::string& value, const std::string& field) {
        Mount& mount = result.value.mount;
        if (key == "type") {
            result.value.type = lower(value);
        } else if (key == "source" || key == "src") {
            mount.source = value;
        } else if (key == "target" || key == "dst" || key == "destination") {
            mount.target = value;
        } else if (key == "tmpfs-size") {
            has_tmpfs = true;
            const auto size = yaml::parse_docker_bytes(value);
            if (!size) return fail("invalid value for " + key + ": " + value);
            mount.tmpfs_size = *size.value;
        } else if (key == "tmpfs-mode") {
            has_tmpfs = true;
            result.value.unsimulated.push_back(key);
            if (!go_uint(value, 8, 32)) fail("invalid value for " + key + ": " + value);
        } else {
            read_unsimulated(key, value, field);
        }
    }

    void read_unsimulated(const std::string& key, const std::string& value,
                          const std::string& field) {
        if (key == "bind-recursive") {
            has_bind = true;
            if (value != "enabled" && value != "disabled" && value != "writable" &&
                value != "readonly") {
                fail("invalid value for bind-recursive: " + value +
                     " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
            }
        } else if (key == "bind-propagation") {
            has_bind = true;
        } else if (key == "volume-label" || key == "volume-driver" || key == "volume-opt" ||
                   key == "volume-subpath") {
            has_volume = true;
        } else if (key != "consistency" && key != "image-subpath") {
            return fail("unexpected key '" + key + "' in '" + field + "'");
        }
        result.value.unsimulated.push_back(key);
    }

    void finish() {
        const std::string& type = result.value.type;
        if (result.value.mount.target.empty()) return fail("target is required");
        for (const auto& [used, kind] :
             {std::pair{has_volume, "volume"}, {has_bind, "bind"}, {has_tmpfs, "tmpfs"}}) {
            if (used && type != kind) {
                fail("cannot mix '" + std::string(kind) + "-*' options with mount type '" + type +
                     "'");
            }
        }
        if (type == "bind") result.value.mount.type = MountType::bind;
        if (type == "tmpfs") result.value.mount.type = MountType::tmpfs;
        if (type == "npipe") result.value.mount.type = MountType::npipe;
    }
};

}   // namespace

Value<MountValue> parse_mount(std::string_view text) {
    MountReader reader;
    const auto fields = go_csv(text);
    if (!fields) return {{}, fields.problem};
    for (const std::string& field : *fields.value) reader.read(field);
    reader.finish();
    return std::move(reader.result);
}

namespace {

Value<std::vector<swarm::PortConfig>> bad_port(std::string problem) {
    return {{}, std::move(problem)};
}

/// strconv's error without its function and its text: "invalid syntax".
std::string reason(const std::string& problem) { return problem.substr(problem.rfind(": ") + 2); }

Value<std::vector<swarm::PortConfig>> long_port(const std::vector<std::string>& fields) {
    swarm::PortConfig port;
    for (const std::string& field : fields) {
        const Pair pair = cut(field);
        const std::string key = lower(pair.key);
        if (!pair.value || key.empty()) return bad_port("invalid field: " + field);
        const std::string& value = *pair.value;
        if (key == "protocol") {
            const auto protocol = parse_protocol(value);
            if (!protocol || value.empty())
                return bad_port("invalid protocol value '" + value + "'");
            port.protocol = *protocol;
        } else if (key == "mode") {
            if (value != "ingress" && value != "host") {
                return bad_port("invalid publish mode value (" + value +
                                "): must be either 'ingress' or 'host'");
            }
            if (value == "host") port.mode = swarm::PublishMode::host;
        } else if (key == "target" || key == "published") {
            const auto number = go_uint(value, 10, 16);
            if (!number) {
                return bad_port("invalid " + key + " port (" + value +
                                "): value must be an integer: " + reason(number.problem));
            }
            (key == "target" ? port.target : port.published) =
                static_cast<std::uint32_t>(*number.value);
        } else {
            return bad_port("invalid field key: " + key);
        }
    }
    if (port.target == 0) return bad_port("missing mandatory field 'target'");
    return {{port}, ""};
}

}   // namespace

Value<std::vector<swarm::PortConfig>> parse_publish(std::string_view text) {
    // opts/port.go: a text with both '=' and a known key is the long form.
    if (text.find('=') != std::string_view::npos) {
        const auto fields = go_csv(text);
        if (!fields) return bad_port(fields.problem);
        return long_port(*fields.value);
    }
    PortSpec spec = parse_port_spec(text);
    if (!spec.problem.empty()) return bad_port(spec.problem);
    if (!spec.ip.empty()) return bad_port("hostip is not supported");
    return {std::move(spec.ports), ""};
}

Value<NetworkValue> parse_network(std::string_view text) {
    Value<NetworkValue> result;
    // opts/network.go: the long form is told by its '='.
    if (text.find('=') == std::string_view::npos) {
        result.value.attachment.network = text;
        return result;
    }
    const auto fields = go_csv(text);
    if (!fields) return {{}, fields.problem};
    for (const std::string& field : *fields.value) {
        const Pair pair = cut(field);
        const std::string key = lower(trimmed(pair.key));
        if (!pair.value || key.empty())
            return {{}, "invalid field '" + field + "' must be a key=value pair"};
        if (key == "name") {
            result.value.attachment.network = *pair.value;
        } else if (key == "alias") {
            result.value.attachment.aliases.push_back(lower(trimmed(*pair.value)));
        } else if (key == "driver-opt" || key == "ip" || key == "ip6" || key == "mac-address" ||
                   key == "link-local-ip" || key == "gw-priority") {
            result.value.unsimulated.push_back(key);
        } else {
            return {{}, "invalid field key " + key};
        }
    }
    if (result.value.attachment.network.empty()) return {{}, "network name/id is not specified"};
    return result;
}

Value<swarm::FileReference> parse_reference(std::string_view text, const char* noun) {
    Value<swarm::FileReference> result;
    swarm::FileReference& reference = result.value;
    const auto fields = go_csv(text);
    if (!fields) return {{}, fields.problem};
    // A single name without '=' is the source and its target.
    if (fields.value->size() == 1 && fields.value->front().find('=') == std::string::npos) {
        reference.source = reference.target = fields.value->front();
        return result;
    }
    for (const std::string& field : *fields.value) {
        const Pair pair = cut(field);
        const std::string key = lower(pair.key);
        if (!pair.value || key.empty())
            return {{}, "invalid field '" + field + "' must be a key=value pair"};
        if (key == "source" || key == "src") {
            reference.source = *pair.value;
        } else if (key == "target") {
            reference.target = *pair.value;
        } else if (key == "uid") {
            reference.uid = *pair.value;
        } else if (key == "gid") {
            reference.gid = *pair.value;
        } else if (key == "mode") {
            const auto mode = go_uint(*pair.value, 0, 32);
            if (!mode) return {{}, "invalid mode specified: " + mode.problem};
            reference.mode = static_cast<std::uint32_t>(*mode.value);
        } else {
            return {{}, "invalid field in " + std::string(noun) + " request: " + key};
        }
    }
    if (reference.source.empty()) return {{}, "source is required"};
    if (reference.target.empty()) reference.target = reference.source;
    return result;
}

Value<std::pair<std::string, std::int64_t>> parse_generic(std::string_view text) {
    const Pair pair = cut(text);
    const auto number = go_int(pair.value.value_or(""));
    if (number && *number.value >= 0) return {{pair.key, *number.value}, ""};
    return {{},
            "invalid generic-resource request `" + std::string(text) +
                "`, Named Generic Resources is not supported for service create or update"};
}

std::string swarm_host(std::string_view text) {
    const std::size_t at = text.find_first_of(":=");
    if (at == std::string_view::npos) return std::string(text);
    std::string_view address = text.substr(at + 1);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
        address = address.substr(1, address.size() - 2);
    return std::string(address) + " " + std::string(text.substr(0, at));
}

Value<std::string> parse_preference(std::string_view text) {
    const Pair pair = cut(text);
    if (!pair.value) return {{}, "placement preference must be of the format \"<strategy>=<arg>\""};
    if (pair.key != "spread") {
        return {{}, "unsupported placement preference " + pair.key + " (only spread is supported)"};
    }
    return {*pair.value, ""};
}

}   // namespace glasshive::words
