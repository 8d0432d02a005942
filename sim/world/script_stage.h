#pragma once

#include <deque>
#include <functional>
#include <string>

#include "director/stage.h"
#include "platform/faults.h"
#include "scenario/spec.h"
#include "workload/client.h"
#include "world/managers.h"
#include "world/operator.h"
#include "world/stores.h"

namespace glasshive::world {

/// The world as the scenario's script acts on it and looks at it.
class ScriptStage final : public director::Stage {
  public:
    struct Parts {
        kernel::Kernel& kernel;
        Operator& op;
        platform::FaultInjector& injector;
        Managers& managers;
        Stores& stores;
        /// Adds a client of one request and starts it.
        std::function<void(const workload::ClientSpec&)> send;
    };
    /// `spec` and the parts must outlive it.
    ScriptStage(const scenario::ScenarioSpec& spec, Parts parts) : spec_(spec), parts_(parts) {}

    Answer type(const std::string& line, const std::string& host, bool patient) override;
    void check(const std::string& line, const std::string& host) const override;
    bool settled() const override { return parts_.op.settled(); }
    void strike(const std::string& fault) override;
    NameId request(const Call& call) override;
    NameId ask_store(const StoreCall& call) override;
    void operate_store(const std::string& line) override;
    std::vector<Fields> copies(const std::string& store, const std::string& database) override;
    std::int64_t differing(const std::string& store, const std::string& database) override;
    std::optional<Fields> service(const std::string& name) const override;
    std::optional<Fields> node(const std::string& name) const override;
    std::vector<Fields> services() const override;
    std::vector<Fields> nodes() const override;
    std::vector<Fields> tasks(const std::string& service) const override;

  private:
    scenario::CommandSpec command(const std::string& line, const std::string& host) const;
    /// The store of that name, or the only one.
    const std::string& store_named(const std::string& name) const;
    Fields fields_of(const swarm::Service& service) const;
    Fields fields_of(const swarm::Node& node) const;

    const scenario::ScenarioSpec& spec_;
    Parts parts_;
    std::uint64_t requests_ = 0;
    std::uint64_t store_requests_ = 0;
};

}   // namespace glasshive::world
