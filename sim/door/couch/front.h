#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "door/couch/listener.h"
#include "door/couch/outside.h"
#include "door/couch/replication.h"
#include "door/couch/service.h"
#include "store/cluster/cluster.h"
#include "store/cluster/observer.h"
#include "store/spec.h"

namespace glasshive::door::couch {

/// A cluster with its HTTP interface, and with clients outside that speak to it: what a scenario's
/// `stores` entry becomes. Builds itself; start() starts all nodes and makes the databases.
class Front {
  public:
    /// `places` by the spec's hosts. `first`: another cluster of this run, whose JavaScript engine
    /// it shares, and so its `Date`; null: there is none.
    Front(kernel::Kernel& kernel, const store::ClusterSpec& spec,
          std::vector<store::NodePlace> places, const Front* first = nullptr);
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    void start();
    /// `_users`, `_replicator` and the spec's databases are there, or could not be made.
    bool ready() const { return ready_; }

    const store::ClusterSpec& spec() const { return spec_; }
    const std::string& name() const { return spec_.name; }
    const std::string& host_name(std::size_t member) const { return hosts_[member]; }
    Resolver& resolver() { return resolver_; }
    store::Cluster& cluster() { return cluster_; }
    const store::Cluster& cluster() const { return cluster_; }
    Service& service() { return service_; }
    Clients& clients() { return *clients_; }
    /// Sets a key of every node's configuration.
    void configure(const std::string& section, const std::string& key, const std::string& value);
    /// From now on replications may reach servers outside the run. Once is enough.
    void open_outside();
    /// Those servers; null while nobody may reach them.
    Outside* outside() { return outside_.get(); }
    /// The process of a node that hears clients.
    ProcessId listener(std::size_t member) const { return listeners_[member].id(); }
    const store::Observer& observer() const { return observer_; }

  private:
    void make_databases(std::size_t next);

    store::ClusterOptions options_of(kernel::Kernel& kernel, const Front* first);

    store::ClusterSpec spec_;
    std::string uuid_;
    std::vector<std::string> hosts_;   // By member.
    Resolver resolver_;
    std::deque<Gate> gates_;   // By member; addresses stay.
    store::Cluster cluster_;
    store::Observer observer_;
    Service service_;
    std::deque<Listener> listeners_;   // By member; addresses stay.
    std::unique_ptr<Clients> clients_;
    kernel::Kernel& kernel_;
    std::unique_ptr<Outside> outside_;
    bool ready_ = false;
};

}   // namespace glasshive::door::couch
