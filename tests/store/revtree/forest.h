#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/rng.h"
#include "store/revtree/tree.h"

namespace glasshive::test {

/// What a test's revisions hold: their own name, a leading '!' says deleted.
store::ContentPtr held(std::string_view name, bool deleted = false);
/// "1-a 2-b 3-c": each revision with content; "2-b?": known by name alone; "3-c!": deleted.
std::vector<store::Step> path(std::string_view words);
/// The trees in words: "1-a(2-b 3-c)", roots separated by '|'; '?' and '!' as in path().
std::string shape(const store::Tree& tree);
/// A tree of these paths, merged in order.
store::Tree tree_of(const std::vector<std::string>& paths);

/// Edits that nobody made up: each revision has one parent. Its paths say parts of it.
class World {
  public:
    World(std::uint64_t seed, std::size_t edits);
    /// A part of some revision's history: up to it, from anywhere on; perhaps without content in
    /// between. A path's last revision always has content, as every update has.
    std::vector<store::Step> some_path();
    std::vector<std::vector<store::Step>> paths(std::size_t count);
    /// In an order of its own.
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            std::swap(items[i - 1], items[random_.below(i)]);
        }
    }
    kernel::Rng& random() { return random_; }

  private:
    struct Edit {
        std::size_t parent;
        store::Revision revision;
        store::ContentPtr content;
    };
    static constexpr std::size_t none = SIZE_MAX;

    kernel::Rng random_;
    std::vector<Edit> edits_;
};

}   // namespace glasshive::test
