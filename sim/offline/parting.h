#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "offline/cluster.h"

namespace glasshive::offline {

/// What a policy chose for one task; kept for each attempt to place one.
struct Choice {
    std::uint64_t who = 0;
    std::optional<swarm::NodeId> node;   ///< None: it fit nowhere.
    friend bool operator==(const Choice&, const Choice&) = default;
};

/// How many choices of a run are kept: 100 MB.
inline constexpr std::size_t choices_most = 4'000'000;

/// Keeps a run's choices.
class ChoiceRecorder final : public Watcher {
  public:
    void chose(const Cluster&, std::uint64_t who, Shape,
               std::optional<swarm::NodeId> node) override {
        if (choices_.size() < choices_most) choices_.push_back({who, node});
    }
    const std::vector<Choice>& choices() const { return choices_; }

  private:
    std::vector<Choice> choices_;
};

/// The first choice in which two policies differ. Up to there all was the same, so that both looked
/// at the same cluster: what each of them thinks of either node says why.
struct Parting {
    /// One of the two nodes, before the task was there.
    struct Side {
        std::string node;
        Cpus cpus_free{}, cpus{};
        Bytes memory_free{}, memory{};
        std::int64_t gpu_milli_left = 0;
        std::uint32_t tasks = 0;
        bool fits = false;
        swarm::Score by_reference, by_other;   ///< Meaningless where it does not fit.
    };
    std::uint64_t choice = 0;   ///< From 1.
    std::uint64_t who = 0;
    std::optional<Side> reference, other;   ///< What each chose; none: nowhere.
};

/// Compares a run with the choices of another policy, on the same tasks and seed.
class PartingFinder final : public Watcher {
  public:
    /// Both must outlive it.
    PartingFinder(const std::vector<Choice>& reference, const swarm::Policy& policy)
        : reference_(reference),
          policy_(policy) {}
    void chose(const Cluster& cluster, std::uint64_t who, Shape shape,
               std::optional<swarm::NodeId> node) override;
    const std::optional<Parting>& found() const { return found_; }
    /// How many choices were the same.
    std::uint64_t same() const { return at_; }

  private:
    const std::vector<Choice>& reference_;
    const swarm::Policy& policy_;
    std::uint64_t at_ = 0;
    std::optional<Parting> found_;
};

}   // namespace glasshive::offline
