#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glasshive::store::replicate {

/// Percent signs decoded; those that are none stay as they are.
std::string unquoted(std::string_view text);
/// ASCII letters made small.
std::string lower(std::string_view text);

// Both of seconds since 1970, in UTC.
/// "2013-10-31T05:17:47Z". Source: couch_replicator_utils:iso8601/1.
std::string iso8601(std::int64_t seconds);
/// "Thu, 31 Oct 2013 05:17:47 GMT". Source: httpd_util:rfc1123_date/1.
std::string rfc1123(std::int64_t seconds);

}   // namespace glasshive::store::replicate
