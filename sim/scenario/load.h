#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenario/known_names.h"
#include "scenario/read_faults.h"
#include "scenario/scenario.h"
#include "scenario/schema.h"

namespace glasshive::scenario {

/// One reading of one scenario: collects the spec and everything wrong with it. What depends on a
/// part that is wrong is read all the same, and compared with what is known for sure.
class Loader {
  public:
    /// `read_included` must outlive the loader.
    Loader(const std::string& file, const std::string& text, const FileReader& read_included,
           const Given& given);
    void read(const yaml::Node& root);
    /// The spec, or every error: the scenario's own first, then those of included files, each in
    /// order of line. Warnings alone go with the spec.
    /// `more`: problems that were found before. `written`: what was read, without overrides.
    Result<ScenarioSpec> finish(const Diagnostics& more, const yaml::Node& written);

  private:
    /// In the scenario itself, or in what overrides it; not in a file that it includes.
    bool is_own(const std::string& file) const;
    void read_frame(Map& map);
    void read_machines(Map& map);
    void read_managers(const yaml::Value& value);
    void read_record(const yaml::Value& value);
    void read_scheduler(const yaml::Value& value);
    /// A file, or a map of `part` whose `key` names it.
    std::optional<script::ScriptSpec> read_script(const yaml::Value& value, Part part,
                                                  const char* key);
    std::optional<script::ScriptSpec> read_script(Map& map, const char* key);
    std::optional<script::ScriptSpec> include_script(const yaml::Value& file);
    /// `round-robin`, a file, or a map of both with parameters: of a service.
    void read_balancer(const yaml::Value& value, const std::string& service);
    /// Of a script: truths, numbers or texts by name.
    script::Parameters read_parameters(const yaml::Value& value);
    void read_networks(const yaml::Value& value);
    void add_named_networks();

    void read_images(const yaml::Value& registry, const yaml::Value& images);
    void read_services(const yaml::Value& value);
    void read_application(const std::string& image, const yaml::Value& value);
    void read_stack(const yaml::Value& value);
    void load_stack(const yaml::Value& file, std::map<std::string, std::string> environment);
    void read_stack_behaviour(const yaml::Value& value);
    void read_stack_balancers(const yaml::Value& value);
    void check_services();

    void read_stores(const yaml::Value& value);
    // load_small_stores.cpp
    void read_kind(Map& map, store::ClusterSpec& cluster);
    void read_small_store(Map& map, store::ClusterSpec& cluster);
    void check_small_database(Map& map, const store::ClusterSpec& cluster);
    void check_small_documents(const yaml::Value& place, const store::ClusterSpec& cluster,
                               const store::DatabaseSpec& database);
    void check_small_step(Map& map, const char* verb, const store::StepSpec& step,
                          const store::ClusterSpec& cluster);
    void check_small_users(Map& map, const store::ClusterSpec& cluster);
    void read_spread(Map& map, std::uint32_t& q, std::int64_t& n);
    void read_store_times(Map& map, store::ClusterSpec& cluster);
    void read_admins(Map& map, store::ClusterSpec& cluster);
    void read_databases(const yaml::Value& value, store::ClusterSpec& cluster);
    void read_documents(const yaml::Value& value, store::DatabaseSpec& database);
    void read_store_clients(const yaml::Value& value, store::ClusterSpec& cluster);
    void read_step(const yaml::Value& value, const store::ClusterSpec& cluster,
                   store::ClientSpec& client);
    void read_users(Map& map, const store::ClusterSpec& cluster, store::ClientSpec& client);
    void read_replications(const yaml::Value& value, store::ClusterSpec& cluster);
    void check_steps();
    bool take_store_line(const std::string& line, Duration at, const yaml::Value& place);
    void read_autoscalers(const yaml::Value& value);
    void check_scaled(Map& map, const std::string& service);
    void read_clients(const yaml::Value& value);
    void read_client(const yaml::Value& value);
    void read_arrival_trace(Map& map, workload::ClientSpec& client);
    void read_from(Map& map, workload::ClientSpec& client);
    void check_called(Map& map, const workload::ClientSpec& client);
    void read_faults(const yaml::Value& value);
    void read_commands(const yaml::Value& value);
    void check_command(Map& map, const CommandSpec& command);
    void take_short_form(CommandSpec command);
    void read_lines(const yaml::Value& value, Duration at, const std::string& on);
    void learn_names(const CommandSpec& command);
    void read_expectations(const yaml::Value& value);

    void check_host(const std::string& name, const yaml::Value& value);
    void check_service(const std::string& name, const yaml::Value& value);
    std::optional<Included> include(const yaml::Value& value);
    std::optional<std::string> included_text(const std::string& name);
    /// A name of an included file as people can open it: with the scenario's folder before it.
    std::string shown(const std::string& name) const;
    /// Adds what another checker found, but for what only follows from an error already reported
    /// there.
    void adopt(const Diagnostics& found);

    ScenarioSpec spec_;
    const FileReader& read_included_;
    platform::HostList hosts_;
    Places places_;
    bool hosts_known_ = false;                 ///< Else nobody can say which names exist.
    bool services_known_ = true;               ///< False when the stack could not be read.
    std::vector<std::string> service_paths_;   ///< Where each of spec_.services is written.
    Names service_names_, client_names_;
    std::set<std::string> store_steps_;                               ///< Names.
    std::vector<std::pair<std::string, yaml::Value>> wanted_steps_;   ///< And who wants them.
    Diagnostics problems_;
};

}   // namespace glasshive::scenario
