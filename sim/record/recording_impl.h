#pragma once

#include <deque>

#include "record/recording.h"
#include "record/safe_database.h"

namespace glasshive::record {

/// What recording.cpp (opening), replay.cpp (events) and seek.cpp (states and buckets) share.
struct Recording::Impl {
    std::string path;
    std::string bytes;   ///< The whole file, when it is not on disk.
    ReadLimits limits;
    mutable Guard guard;
    Database db;                       // After the guard and the bytes it uses.
    std::deque<std::string> strings;   // Texts of the kinds; addresses stay.
    std::deque<EventKind> kinds;
    EventRegistry registry;
    std::shared_ptr<const FoldPlan> plan;
    Names names;
    std::uint64_t name_bytes = 0;

    Diagnostic damaged(const std::string& what) const;
    Diagnostic sql_problem(std::string_view doing) const;
    std::uint64_t file_bytes() const;
    void arm();
    std::optional<Diagnostic> check_tables();
    std::optional<Diagnostic> load_kinds();
    std::optional<Diagnostic> load_fields(std::map<std::int64_t, EventKind>& by_id);
    std::optional<Diagnostic> load_names();
    std::optional<Diagnostic> make_views();
    std::string_view keep(std::string_view text);

    /// Smallest id of the table whose column is >= value; the column grows with the id.
    std::int64_t first_id_with(const char* table, const char* column, std::int64_t value);
};

}   // namespace glasshive::record
