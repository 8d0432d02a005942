#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/db/document.h"

namespace glasshive::store {

/// Says which revisions copies come to hold and forget, as db.revision, so that trees can be drawn
/// from what was said. Each costs a name, so not all are said: a database's first documents, those
/// that had conflicts, and not more than so many of all.
/// Cost: of a document that is said, one comparison per revision of the copy's tree.
class RevisionLog {
  public:
    static constexpr std::size_t documents_max = 200;      ///< Of a database, beside conflicts.
    static constexpr std::size_t revisions_max = 20'000;   ///< Said in all, once per copy.

    /// One copy of a document; null: that node's copy has none.
    struct Copy {
        const std::string& node;
        const Document* document;
    };

    /// `prefix`: of names in events; the kernel outlives it.
    RevisionLog(kernel::Kernel& kernel, std::string prefix)
        : kernel_(kernel),
          prefix_(std::move(prefix)) {}

    /// One of a document's copies has changed, or may have. `copies`: all that can be read now.
    void changed(const std::string& database, std::string_view id, const std::vector<Copy>& copies,
                 bool conflict);
    /// The node's copies of a database are gone.
    void dropped(const std::string& node, const std::string& database);
    /// Documents of a database that are said, with an id each: what compaction has to look at.
    std::vector<std::string> told_of(const std::string& database) const;

  private:
    struct Held {
        Revision revision;
        bool body = false;
    };
    using Told = std::vector<Held>;               // In the order of the document's tree.
    using Copies = std::map<std::string, Told>;   // By node.
    struct Database {
        std::map<std::string, Copies, std::less<>> documents;   // By id.
        bool full = false;                                      // And it was said.
    };

    void compare(const std::string& database, std::string_view id, Told& told, const Copy& copy);
    void say_held(const std::string& database, std::string_view id, const Copy& copy,
                  Tree::Index node);
    void say_gone(const std::string& database, std::string_view id, const std::string& node,
                  std::string_view revision);
    void say_full(const std::string& database, Database& of);
    NameId name(std::string_view text) { return kernel_.names().intern(text); }

    kernel::Kernel& kernel_;
    std::string prefix_;
    std::map<std::string, Database> databases_;
    std::size_t said_ = 0;
};

}   // namespace glasshive::store
