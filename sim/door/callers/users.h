#pragma once

#include <vector>

#include "door/callers/caller.h"

namespace glasshive::door::callers {

/// Users of a database. Each thinks, picks a document, and reads it or edits it: reads what is
/// there, adds one to its `n`, and writes it back. What an edit that is refused leads to is the
/// client's policy.
///
/// Chance comes from the stream "store/client/<name>". An edit that got no answer is not repeated:
/// nobody knows whether it was made.
class Users final : public Caller {
  public:
    Users(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger,
          const store::ClientSpec& spec);
    void on_start() override;

    struct Totals {
        std::uint64_t edits = 0;       ///< That a user wanted to make.
        std::uint64_t stored = 0;      ///< Of them answered 201 or 202.
        std::uint64_t conflicts = 0;   ///< Answers 409.
    };
    const Totals& totals() const { return totals_; }

  private:
    struct User {
        std::uint64_t turns = 0;
        std::string document{};
        std::int64_t value = 0;   ///< What it wants to write.
        bool wants = false;       ///< It edits, and has made up its mind about the value.
    };
    void on_own_timer(std::uint32_t tag, std::uint64_t argument) override;
    void think(std::size_t user);
    void turn(std::size_t user);
    void read(std::size_t user, bool edits);
    void has_read(std::size_t user, bool edits, const Answer& answer);
    void write(std::size_t user, const std::string& revision);
    void has_written(std::size_t user, const Answer& answer);
    void say(const Aim& aim, std::size_t member, const Answer& answer);
    std::size_t next_member();

    kernel::Rng chance_;
    std::vector<User> users_;
    std::size_t next_ = 0;
    Totals totals_;
};

}   // namespace glasshive::door::callers
