#pragma once

#include <vector>

#include "door/callers/caller.h"

namespace glasshive::door::callers {

/// Puts a store's first documents into its databases as soon as these are there, through its first
/// node, and then says so: a db.step for each database, "documents of orders".
class Seeder final : public Caller {
  public:
    Seeder(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger);
    void on_start() override;
    /// Whether this store has any.
    static bool needed(const store::ClusterSpec& spec);

  private:
    struct Batch {
        std::string database;
        std::string body;
        bool last = false;   ///< Of its database.
    };
    void on_own_timer(std::uint32_t tag, std::uint64_t argument) override;
    void send(std::size_t batch);

    std::vector<Batch> batches_;
};

}   // namespace glasshive::door::callers
