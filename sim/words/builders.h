#pragma once

#include <string>
#include <variant>

#include "words/command.h"

/// From checked flags to commands: one function per family. Internal to the module.
namespace glasshive::words {

/// What a builder refuses: docker's text on standard error, without its newline.
struct Refused {
    enum class Style {
        plain,   ///< The text alone, exit status 1.
        usage,   ///< A hint, the usage line and the summary follow; status 1.
        run,     ///< "docker: " before it and a hint after it; status 125.
    };
    std::string text;
    Style style = Style::plain;
};

/// The command, but for `unsimulated` flags; or a refusal.
using Built = std::variant<Command, Refused>;

Built build_service(Verb verb, const Flags& flags);
Built build_swarm(Verb verb, const Flags& flags);
Built build_object(Verb verb, const Flags& flags);
Built build_container(Verb verb, const Flags& flags);
Built build_image(Verb verb, const Flags& flags);

/// The shapes many commands share.
/// @{
Command look(Verb verb, const Flags& flags);
Command names(Verb verb, const Flags& flags);
Command logs(Verb verb, const Flags& flags);
/// @}

std::map<std::string, std::string> map_of(Pairs pairs);
/// "name=web" texts, in order; empty ones left out.
Pairs filters_of(const Flags& flags);

/// The enumerators of a service's words, or the engine's refusal.
/// Source: moby daemon/cluster/convert/service.go.
/// @{
std::string set_condition(swarm::RestartPolicy& policy, const std::string& word);
std::string set_failure_action(swarm::UpdateConfig& update, const std::string& word);
std::string set_order(swarm::UpdateConfig& update, const std::string& word);
std::string set_endpoint_mode(swarm::ServiceSpec& spec, const std::string& word);
/// @}

/// A checked value of its flag; Requires check_value() to have accepted it.
/// @{
Duration duration_of(std::string_view text);
Bytes bytes_of(std::string_view text);
Cpus cpus_of(std::string_view text);
std::uint64_t uint_of(std::string_view text);

/// As in a scenario. Docker takes any number, and so does its manager's memory.
inline constexpr std::uint64_t replicas_most = 1'000'000;
std::string too_many_replicas();
std::int64_t int_of(std::string_view text);
double real_of(std::string_view text);
/// @}

/// "nginx" as "nginx:latest"; a tagged, pinned or malformed name stays.
/// Source: moby client/service_create.go, imageWithTagString.
std::string with_tag(const std::string& image);

}   // namespace glasshive::words
