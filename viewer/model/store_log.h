#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// One db.revision: a copy came to hold a revision, holds it otherwise, or forgot it.
struct CopyEdit {
    enum class Is : std::uint8_t { live, deleted, missing, forgotten };
    EventId event{}, cause{};
    Time time{};
    NameId document, database, node;
    NameId revision;   ///< Invalid: all of the document, with the database.
    NameId parent;     ///< Invalid: not known.
    std::int64_t seq = 0;
    Is is = Is::live;
};

/// "live", "deleted", …
std::string_view text_of(CopyEdit::Is is);

/// A part of one db.map: what the map of a database came to say of a copy.
struct MapEdit {
    enum class Does : std::uint8_t { adds, removes, splits };
    EventId event{};
    Time time{};
    NameId database;
    std::string range, node;
    Does does = Does::adds;
};

/// What a run said of its document stores, so that no frame has to look for it: gathered with the
/// story. Bounded: what comes after is left out, and complete() says so.
class StoreLog {
  public:
    static constexpr std::size_t edits_max = 1'000'000;      ///< 64 bytes each.
    static constexpr std::size_t requests_max = 4'000'000;   ///< 8 bytes each.

    static constexpr std::size_t map_edits_max = 100'000;

    /// Other kinds of events are left out.
    void add(const Event& event, const EventKind& kind, const Glass& glass);
    bool complete() const { return !full_; }

    /// All, in order.
    const std::vector<CopyEdit>& edits() const { return edits_; }
    /// How many of edits() were said up to an event.
    std::size_t edits_until(EventId last) const;
    /// Positions in edits(), in order: of a document.
    std::span<const std::uint32_t> of_document(NameId document) const;
    /// Of a database's documents: the changes, without ancestors that came along as mere names.
    std::span<const std::uint32_t> of_database(NameId database) const;
    /// What else was said of a database (db.write, view.query…), in order.
    std::span<const EventId> requests_of(NameId database) const;
    /// Of all databases, in order: copies that were split, moved or taken away.
    const std::vector<MapEdit>& map_edits() const { return map_edits_; }
    /// From when on not all of a database's documents were said; 0: all were.
    EventId untold_from(NameId database) const;
    /// The document that an event about a database is about, as far as causes tell: it or what it
    /// came from also brought about an edit. Invalid: none.
    NameId document_of(NameId database, EventId event, EventId cause) const;

  private:
    void add_edit(const Event& event, const EventKind& kind, const Glass& glass);
    void add_map_edits(const Event& event, std::string_view change);

    bool full_ = false;
    std::size_t requests_count_ = 0;
    std::vector<CopyEdit> edits_;
    std::vector<MapEdit> map_edits_;
    std::map<NameId, std::vector<std::uint32_t>> documents_, databases_;
    std::map<NameId, std::vector<EventId>> requests_;
    std::map<NameId, EventId> untold_;
};

}   // namespace glasshive::viewer
