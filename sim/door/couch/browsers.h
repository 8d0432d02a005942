#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "door/couch/config.h"
#include "door/http/message.h"

namespace glasshive::door::couch {

/// What a page of another origin is told before it asks, [cors] permitting: the headers of a 204.
/// Nothing: this is no such question, or what it asks for is not allowed; then it is a request like
/// any other, an OPTIONS that no handler takes.
/// Source: chttpd_cors:maybe_handle_preflight_request/2, chttpd_cors.hrl.
std::optional<std::vector<http::Header>> preflight(const Config& config,
                                                   const http::Request& request);

/// Adds what [cors] tells pages of other origins, and what [x_frame_options] says of who may frame
/// an answer; then leaves out what a client does not want that asks for Prefer: return=minimal.
/// Source: chttpd:basic_headers/2, chttpd_cors:headers/4, chttpd_xframe_options.erl,
/// chttpd_prefer_header.erl.
void tell_browser(const Config& config, const http::Request& request,
                  std::vector<http::Header>& headers);

/// Puts a Content-Security-Policy in front, unless [csp] <component>_enable is false. Components:
/// "utils", "attachments", "showlist". Source: chttpd_util:maybe_add_csp_header/3.
void add_policy(const Config& config, const std::string& component, std::string_view usual,
                std::vector<http::Header>& headers);

}   // namespace glasshive::door::couch
