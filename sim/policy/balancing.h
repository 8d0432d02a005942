#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "policy/one_function.h"
#include "swarm/discovery/balancer.h"

namespace glasshive::policy {

/// What a balancer may give back.
std::span<const script::EntryInfo> balancer_entries();

/// The names a balancer is shown. The first must outlive it.
struct MeshNames {
    const Names& names;
    std::vector<NameId> nodes, zones;   ///< By host.
};

/// Which backend gets a request, in Lua. The script gives back
///
///     return { pick = function(backends, request) … return index end }
///
/// Every node has an instance of its own (about 17 KiB, made when it needs one): what a script
/// remembers is what that node has seen, and its `math.random` is that node's.
class ScriptedBalancer final : public swarm::discovery::Balancer {
  public:
    /// Whose it is; `life` as swarm::discovery::BalancerMaker says.
    struct Place {
        std::string service;
        HostId entry;
        std::uint32_t life = 0;
    };
    /// `seed` is the run's.
    static Result<std::unique_ptr<ScriptedBalancer>> load(const script::ScriptSpec& spec,
                                                          std::shared_ptr<const MeshNames> names,
                                                          std::uint64_t seed, const Place& place);
    std::size_t pick(std::span<const swarm::discovery::Backend> backends,
                     const swarm::discovery::Arrival& arrival) override;

  private:
    ScriptedBalancer(std::unique_ptr<OneFunction> script, std::shared_ptr<const MeshNames> names)
        : script_(std::move(script)), names_(std::move(names)) {}

    std::unique_ptr<OneFunction> script_;
    std::shared_ptr<const MeshNames> names_;
};

/// `backends`, as columns, and `request`.
extern const script::ViewType backends_type;
extern const script::ViewType request_type;

}   // namespace glasshive::policy
