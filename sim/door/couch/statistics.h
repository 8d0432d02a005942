#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace glasshive::door::couch {

/// What a node has counted of its HTTP requests, as `_node/…/_stats` shows it.
/// Source: couch_stats_httpd.erl, couch/priv/stats_descriptions.cfg.
class Statistics {
  public:
    Statistics();
    void count_request(std::string_view method);
    void count_answer(int status);

    /// The part of the tree below these names, {"value":…,"type":…,"desc":…} at its leaves; empty
    /// when there is none.
    std::string text(std::span<const std::string> names) const;

  private:
    std::map<std::string, std::int64_t, std::less<>> counters_;   // "couchdb.httpd.requests"
};

}   // namespace glasshive::door::couch
