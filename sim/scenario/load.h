#pragma once

#include <string>
#include <vector>

#include "scenario/read_faults.h"
#include "scenario/scenario.h"
#include "scenario/schema.h"

namespace glasshive::scenario {

/// One reading of one scenario: collects the spec and everything wrong with it.
class Loader {
  public:
    Loader(const std::string& file, const std::string& text, const FileReader& read_included);
    void read(const yaml::Node& root);
    /// The spec, or every error in order of line. Warnings alone go with the spec.
    Result<ScenarioSpec> finish();

  private:
    void read_frame(Map& map);
    void read_services(Map& map);
    void read_stack(const yaml::Value& value);
    void read_clients(const yaml::Value& value);
    void read_faults(Map& map);
    void read_commands(const yaml::Value& value);
    void read_expectations(const yaml::Value& value);
    void read_record(const yaml::Value& value);
    void read_managers(const yaml::Value& value);
    void check_services();
    void check_clients();
    void check_host(const std::string& name, const yaml::Value& value);
    std::optional<Included> include(const yaml::Value& value);
    std::vector<std::string> host_names() const;
    std::vector<std::string> service_names() const;
    const swarm::ServiceSpec* find_service(const std::string& name) const;

    ScenarioSpec spec_;
    const FileReader& read_included_;
    platform::HostList hosts_;
    bool platform_ok_ = false;
    Diagnostics problems_;
};

}   // namespace glasshive::scenario
