#pragma once

#include <cstdint>
#include <deque>
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
    /// A password was looked at: with all its rounds (`slow`), or as one that is known. One that
    /// was right is known afterwards, which counts as well. Source: couch_password_hasher.erl.
    void count_password(bool slow, bool right);
    /// `took`: milliseconds of virtual time.
    void count_answer(int status, double took);

    /// The part of the tree below these names, {"value":…,"type":…,"desc":…} at its leaves; empty
    /// when there is none.
    std::string text(std::span<const std::string> names) const;

  private:
    std::string times_text() const;

    std::map<std::string, std::int64_t, std::less<>> counters_;   // "couchdb.httpd.requests"
    std::deque<double> times_;   // Of the last answers, in milliseconds.
};

}   // namespace glasshive::door::couch
