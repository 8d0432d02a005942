#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/contrast/node.h"

namespace glasshive::store::contrast {

/// A member of a store in which each request draws the copies that it must do with: w for a write,
/// r for a read, at random, and all that were drawn must answer. Nobody steps in for one that is
/// away, nobody keeps hints, and copies that were not drawn are not told: with r + w > n the two
/// sets meet, with less a read misses the newest edit with the chance C(n - w, r) / C(n, r).
///
/// Versions are (number, member): an edit's is one more than that of the edit it replaces, and a
/// copy that holds something as new refuses it. A read returns the greatest. A write that fails on
/// the way stays where it got to: it may be read, and be gone again from a later read.
///
/// Source: Gifford 1979, Weighted Voting for Replicated Data (r + w > n, version numbers); DeCandia
/// et al. 2007, Dynamo, 4.5 (r, w; here the quorum is strict, not sloppy). Chance comes from the
/// stream "store/draw/<node>".
class RandomQuorum final : public Node {
  public:
    RandomQuorum(kernel::Kernel& kernel, const std::vector<Place>& places, std::size_t member,
                 const Options& options);
    const Contents& contents() const override { return disk_.contents; }
    bool may_lack(const std::string& /*key*/) const override { return false; }
    void set_contents(Contents contents) override { disk_.contents = std::move(contents); }

  private:
    struct Disk {
        Contents contents;
        std::map<std::string, std::uint64_t> given;   ///< The greatest number that it gave.
    };
    struct Round {
        std::map<std::size_t, bool> drawn;   ///< Copies, and whether they answered.
        std::map<std::size_t, Record> read;
        Record record;   ///< To be written.
        std::size_t answered = 0;
    };
    void begin(std::uint64_t number) override;
    void expired(std::uint64_t number) override;
    void receive(std::size_t from, const Word& word) override;
    void lost(std::size_t member) override;
    void on_own_timer(std::uint32_t, std::uint64_t) override {}
    void forget() override { rounds_.clear(); }

    std::vector<std::size_t> draw(std::size_t count);
    void store(std::size_t from, const StoreIt& order);
    void stored(std::size_t from, const Stored& reply);
    void loaded(std::size_t from, const Loaded& reply);
    void answer_read(std::uint64_t number);
    void fail(std::uint64_t number, const std::string& why);

    kernel::Rng chance_;
    Disk disk_;
    std::map<std::uint64_t, Round> rounds_;
};

}   // namespace glasshive::store::contrast
