#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace glasshive::door::couch {

/// The settings of one node, as `/_node/…/_config` shows and changes them: texts by section and
/// key, in order of their names. What is set takes effect with the next request.
class Config {
  public:
    using Section = std::map<std::string, std::string, std::less<>>;

    /// What a node of CouchDB 3.5 starts with, as far as the simulation heeds it.
    /// Source: rel/overlay/etc/default.ini.
    Config();

    std::optional<std::string> find(std::string_view section, std::string_view key) const;
    std::string text(std::string_view section, std::string_view key,
                     std::string_view otherwise = "") const;
    /// `otherwise` when it is not set or no number.
    std::int64_t number(std::string_view section, std::string_view key,
                        std::int64_t otherwise) const;
    /// Of [chttpd_auth], or else of [couch_httpd_auth], as older clients call it.
    /// Source: chttpd_util:get_chttpd_auth_config/2.
    std::string auth_text(std::string_view key, std::string_view otherwise = "") const;
    std::int64_t auth_number(std::string_view key, std::int64_t otherwise) const;
    bool flag(std::string_view section, std::string_view key, bool otherwise) const;

    void set(const std::string& section, const std::string& key, std::string value);
    /// The old value; nothing when there was none.
    std::optional<std::string> erase(std::string_view section, std::string_view key);

    const std::map<std::string, Section, std::less<>>& sections() const { return sections_; }
    /// Empty when there is no such section.
    const Section& section(std::string_view name) const;

  private:
    std::map<std::string, Section, std::less<>> sections_;
};

}   // namespace glasshive::door::couch
