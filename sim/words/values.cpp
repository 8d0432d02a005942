#include "words/values.h"

#include <algorithm>

#include "base/assert.h"
#include "words/grammar/gotext.h"
#include "words/grammar/port_spec.h"
#include "words/grammar/shlex.h"
#include "yaml/units.h"

namespace glasshive::words {

namespace {

using Check = std::string (*)(std::string_view);

std::string no_check(std::string_view) { return ""; }

/// opts/env.go ValidateEnv.
std::string check_env(std::string_view text) {
    const bool nameless = text.empty() || text[0] == '=';
    return nameless ? "invalid environment variable: " + std::string(text) : "";
}

/// opts/opts.go ValidateLabel.
std::string check_label(std::string_view text) {
    const std::string key = std::string(trimmed(cut(text).key));
    if (key.empty()) return "invalid label '" + std::string(text) + "': empty name";
    if (key.find_first_of(" \t\n\v\f\r") != std::string::npos)
        return "label '" + key + "' contains whitespaces";
    return "";
}

std::string check_ip(std::string_view text) {
    if (is_ip_address(trimmed(text))) return "";
    return "IP address is not correctly formatted: " + std::string(text);
}

/// opts/opts.go ValidateDNSSearch: "." or letters, digits, dashes and points.
std::string check_domain(std::string_view text) {
    const std::string_view domain = trimmed(text);
    if (domain == ".") return "";
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    const bool has_letter = domain.find_first_not_of("0123456789.-_") != std::string_view::npos;
    if (has_letter && std::all_of(domain.begin(), domain.end(), good)) return "";
    return std::string(domain) + " is not a valid domain";
}

/// opts/hosts.go ValidateExtraHost.
std::string check_host_ip(std::string_view text) {
    const std::size_t at = text.find_first_of(":=");
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size())
        return "bad format for add-host: " + go_quoted(text);
    std::string_view address = text.substr(at + 1);
    if (address == "host-gateway") return "";
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
        address = address.substr(1, address.size() - 2);
    return is_ip_address(address) ? "" : "invalid IP address in add-host: " + go_quoted(address);
}

std::string check_generic(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0 && equals + 1 < text.size()) return "";
    return "invalid generic-resource format `" + std::string(text) + "` expected `name=value`";
}

std::string check_filter(std::string_view text) {
    if (text.empty() || text.find('=') != std::string_view::npos) return "";
    return "bad format of filter (expected name=value)";
}

std::string check_toggle(std::string_view text) { return go_bool(text).problem; }
std::string check_integer(std::string_view text) { return go_int(text).problem; }
std::string check_uint(std::string_view text) { return go_uint(text).problem; }
std::string check_uint16(std::string_view text) { return go_uint(text, 0, 16).problem; }
std::string check_uint32(std::string_view text) { return go_uint(text, 0, 32).problem; }
std::string check_real(std::string_view text) { return go_float(text).problem; }
std::string check_decimal(std::string_view text) { return yaml::parse_docker_cpus(text).problem; }
std::string check_bytes(std::string_view text) { return yaml::parse_docker_bytes(text).problem; }
std::string check_swap(std::string_view text) { return text == "-1" ? "" : check_bytes(text); }
std::string check_duration(std::string_view text) { return yaml::parse_go_duration(text).problem; }
std::string check_positive(std::string_view text) {
    const auto parsed = yaml::parse_go_duration(text);
    if (!parsed) return parsed.problem;
    return *parsed.value < Duration{0} ? "duration cannot be negative" : "";
}
std::string check_command(std::string_view text) { return shell_split(text).problem; }
std::string check_strings(std::string_view text) {
    return text.empty() ? "" : go_csv(text).problem;
}
std::string check_port(std::string_view text) { return parse_publish(text).problem; }
std::string check_mount(std::string_view text) { return parse_mount(text).problem; }
std::string check_network(std::string_view text) { return parse_network(text).problem; }
std::string check_config(std::string_view text) { return parse_reference(text, "config").problem; }
std::string check_secret(std::string_view text) { return parse_reference(text, "secret").problem; }
std::string check_pref(std::string_view text) { return parse_preference(text).problem; }

/// github.com/docker/go-units ulimit.go ParseUlimit, as far as the form goes.
std::string check_ulimit(std::string_view text) {
    const Pair pair = cut(text);
    if (!pair.value) return "invalid ulimit argument: " + std::string(text);
    static const char* const types[] = {"core",    "cpu",      "data",   "fsize",      "locks",
                                        "memlock", "msgqueue", "nice",   "nofile",     "nproc",
                                        "rss",     "rtprio",   "rttime", "sigpending", "stack"};
    if (std::find(std::begin(types), std::end(types), pair.key) == std::end(types))
        return "invalid ulimit type: " + pair.key;
    return "";
}

std::string check_pairs(std::string_view text) {
    const auto fields = go_csv(text);
    if (!fields) return fields.problem;
    for (const std::string& field : *fields.value) {
        if (field.find('=') == std::string::npos)
            return "invalid field '" + field + "' must be a key=value pair";
    }
    return "";
}

std::string check_ip_nets(std::string_view text) {
    const Pair pair = cut(text, '/');
    if (pair.value && is_ip_address(pair.key) && go_uint(*pair.value, 10, 7)) return "";
    return "invalid string being converted to CIDR: " + std::string(text);
}

std::string check_node_addr(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos)
        return "";
    const std::string_view port = text.substr(colon + 1);
    if (port.find_first_not_of("0123456789") == std::string_view::npos) return "";
    return "parse \"tcp://" + std::string(text) + "\": invalid port " +
           go_quoted(text.substr(colon)) + " after host";
}

struct KindInfo {
    Kind kind;
    std::string_view name;
    bool repeatable;
    Check check;
};

constexpr KindInfo kinds[] = {
    {Kind::toggle, "", false, check_toggle},
    {Kind::text, "string", false, no_check},
    {Kind::list, "list", true, no_check},
    {Kind::strings, "strings", true, check_strings},
    {Kind::integer, "int", false, check_integer},
    {Kind::uint, "uint", false, check_uint},
    {Kind::uint16, "uint16", false, check_uint16},
    {Kind::uint32, "uint32", false, check_uint32},
    {Kind::real, "float", false, check_real},
    {Kind::decimal, "decimal", false, check_decimal},
    {Kind::bytes, "bytes", false, check_bytes},
    {Kind::swap, "bytes", false, check_swap},
    {Kind::duration, "duration", false, check_duration},
    {Kind::positive_duration, "duration", false, check_positive},
    {Kind::command, "command", false, check_command},
    {Kind::map, "map", true, no_check},
    {Kind::filter, "filter", true, check_filter},
    {Kind::env, "list", true, check_env},
    {Kind::label, "list", true, check_label},
    {Kind::ip_address, "list", true, check_ip},
    {Kind::domain, "list", true, check_domain},
    {Kind::host_ip, "list", true, check_host_ip},
    {Kind::generic, "list", true, check_generic},
    {Kind::port, "port", true, check_port},
    {Kind::mount, "mount", true, check_mount},
    {Kind::network, "network", true, check_network},
    {Kind::config, "config", true, check_config},
    {Kind::secret, "secret", true, check_secret},
    {Kind::pref, "pref", true, check_pref},
    {Kind::ulimit, "ulimit", true, check_ulimit},
    {Kind::credential_spec, "credential-spec", false, no_check},
    {Kind::gpu_request, "gpu-request", true, no_check},
    {Kind::node_addr, "node-addr", false, check_node_addr},
    {Kind::ip_nets, "ipNetSlice", true, check_ip_nets},
    {Kind::external_ca, "external-ca", true, check_pairs},
    {Kind::pem_file, "pem-file", false, no_check},
};

const KindInfo& info(Kind kind) {
    for (const KindInfo& candidate : kinds) {
        if (candidate.kind == kind) return candidate;
    }
    SIM_ASSERT(false && "every kind has a row");
    return kinds[0];
}

}   // namespace

std::string_view value_name(Kind kind) { return info(kind).name; }
bool is_repeatable(Kind kind) { return info(kind).repeatable; }
std::string check_value(Kind kind, std::string_view text) { return info(kind).check(text); }

}   // namespace glasshive::words
