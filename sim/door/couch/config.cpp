#include "door/couch/config.h"

#include <utility>

#include "base/text.h"

namespace glasshive::door::couch {

Config::Config() {
    sections_ = {
        {"attachments",
         {{"compressible_types",
           "text/*, application/javascript, application/json, application/xml"},
          {"compression_level", "8"}}},
        {"chttpd",
         {{"bind_address", "127.0.0.1"},
          {"decode_plus_to_space", "true"},
          {"max_db_number_for_dbs_info_req", "100"},
          {"max_http_request_size", "4294967296"},
          {"port", "5984"}}},
        {"chttpd_auth",
         {{"authentication_db", "_users"},
          {"hash_algorithms", "sha256, sha"},
          {"require_valid_user", "false"}}},
        {"chttpd_auth_lockout",
         {{"max_lifetime", "300000"}, {"mode", "enforce"}, {"threshold", "5"}}},
        {"cluster", {{"n", "3"}, {"q", "2"}}},
        {"couchdb",
         {{"default_security", "admin_only"},
          {"database_dir", "./data"},
          {"max_attachment_size", "1073741824"},
          {"max_document_size", "8000000"},
          {"users_db_security_editable", "false"},
          {"view_index_dir", "./data"}}},
        {"fabric", {{"request_timeout", "60000"}}},
        {"purge", {{"max_document_id_number", "100"}, {"max_revisions_number", "1000"}}},
        {"reshard",
         {{"delete_source", "true"},
          {"max_history", "20"},
          {"max_jobs", "48"},
          {"max_retries", "1"},
          {"require_node_param", "false"},
          {"require_range_param", "false"},
          {"retry_interval_sec", "10"},
          {"source_close_timeout_sec", "600"},
          {"update_shard_map_timeout_sec", "60"}}},
        {"uuids", {{"algorithm", "sequential"}, {"max_count", "1000"}}},
        {"vendor", {{"name", "The Apache Software Foundation"}}},
    };
}

const Config::Section& Config::section(std::string_view name) const {
    static const Section none;
    const auto found = sections_.find(name);
    return found == sections_.end() ? none : found->second;
}

std::optional<std::string> Config::find(std::string_view section, std::string_view key) const {
    const Section& keys = this->section(section);
    const auto found = keys.find(key);
    if (found == keys.end()) return std::nullopt;
    return found->second;
}

std::string Config::text(std::string_view section, std::string_view key,
                         std::string_view otherwise) const {
    return find(section, key).value_or(std::string(otherwise));
}

std::int64_t Config::number(std::string_view section, std::string_view key,
                            std::int64_t otherwise) const {
    const auto value = find(section, key);
    if (!value) return otherwise;
    return whole_number<std::int64_t>(*value).value_or(otherwise);
}

std::string Config::auth_text(std::string_view key, std::string_view otherwise) const {
    if (const auto value = find("chttpd_auth", key)) return *value;
    return text("couch_httpd_auth", key, otherwise);
}

std::int64_t Config::auth_number(std::string_view key, std::int64_t otherwise) const {
    return number(find("chttpd_auth", key) ? "chttpd_auth" : "couch_httpd_auth", key, otherwise);
}

bool Config::flag(std::string_view section, std::string_view key, bool otherwise) const {
    const auto value = find(section, key);
    if (value == "true") return true;
    if (value == "false") return false;
    return otherwise;
}

void Config::set(const std::string& section, const std::string& key, std::string value) {
    sections_[section][key] = std::move(value);
}

std::optional<std::string> Config::erase(std::string_view section, std::string_view key) {
    const auto keys = sections_.find(section);
    if (keys == sections_.end()) return std::nullopt;
    const auto found = keys->second.find(key);
    if (found == keys->second.end()) return std::nullopt;
    std::string old = std::move(found->second);
    keys->second.erase(found);
    if (keys->second.empty()) sections_.erase(keys);
    return old;
}

}   // namespace glasshive::door::couch
