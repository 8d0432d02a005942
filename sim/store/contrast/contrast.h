#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/contrast/node.h"
#include "store/spec.h"

namespace glasshive::store::contrast {

/// A small store: one node on each of its hosts, all of one kind, who know each other from the
/// start. Says when copies differ for longer than a second, and when they agree again (db.differ,
/// db.agree), as nobody in the store knows.
class Contrast final : public CopyWatch, public kernel::Process {
  public:
    /// `places` by the spec's hosts; members in that order. `contents`: what all copies hold from
    /// the start, by "DATABASE/ID". The kernel outlives it. Nothing is started but itself.
    Contrast(kernel::Kernel& kernel, const ClusterSpec& spec, std::vector<Place> places,
             const Contents& contents);
    Contrast(const Contrast&) = delete;
    Contrast& operator=(const Contrast&) = delete;

    std::size_t size() const { return nodes_.size(); }
    Node& node(std::size_t member) { return *nodes_[member]; }
    const Node& node(std::size_t member) const { return *nodes_[member]; }

    void start();
    /// Nothing when it runs already. A host that is off starts its node when it boots.
    void start(std::size_t member);
    /// The node's processes end, its host lives. What its disk has stays.
    void crash(std::size_t member, EventId why);
    bool is_running(std::size_t member) const;
    /// Another process that lives and dies with a node.
    ProcessId attach(std::size_t member, kernel::Process& process);

    /// Documents of a database whose copies differ now.
    std::size_t differing(const std::string& database) const;

    void changed(const std::string& key) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    struct Agreement {
        std::map<std::string, Time> differing{};   ///< Keys, and since when.
        bool said = false;                         ///< That copies differ.
        Time since{};
        kernel::TimerId timer = kernel::TimerId::none;
    };
    void settle(const std::string& database, Agreement& agreement);

    kernel::Kernel& kernel_;
    const Options options_;
    std::uint32_t jitter_ = 0;   // The group; 0: none.
    const std::vector<Place> places_;
    std::vector<std::unique_ptr<Node>> nodes_;        // By member.
    std::vector<std::vector<ProcessId>> processes_;   // Likewise, in the order they start.
    std::set<std::size_t> crashed_;
    std::map<std::string, Agreement> agreements_;   // By database.
};

}   // namespace glasshive::store::contrast
