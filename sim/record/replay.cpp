// Events and samples of a recording, checked one by one and handed out in the order of the run.
#include <limits>

#include "record/recording_impl.h"

namespace glasshive::record {

namespace {

/// Reads one table of a recording in order of its ids; knows why it stopped.
struct Cursor {
    Statement rows;
    bool at_row = false;
    std::string damage;

    void next() { at_row = rows.step(); }
};

class Replay {
  public:
    Replay(sqlite3* db, const EventRegistry& registry, const Names& names)
        : db_(db),
          registry_(registry),
          names_(names) {}

    void start(const Recording::Range& range, std::int64_t first_sample) {
        const auto first = static_cast<std::int64_t>(number_of(range.first));
        last_id_ = range.first == EventId{0} ? 0 : first - 1;
        range_last_ = static_cast<std::int64_t>(number_of(range.last));
        events_.rows =
            Statement(db_, "SELECT id, kind, t_ns, subject, cause, f0, f1, f2, f3, f4, f5 "
                           "FROM main.hive_event WHERE id BETWEEN ? AND ? ORDER BY id");
        events_.rows.bind(1, first).bind(2, range_last_);
        texts_.rows =
            Statement(db_, "SELECT id, text FROM main.hive_text WHERE id >= ? ORDER BY id");
        texts_.rows.bind(1, first);
        events_.next();
        texts_.next();
        if (!range.samples) return;
        samples_.rows = Statement(db_, "SELECT t_ns, series, subject, value, after "
                                       "FROM main.hive_sample WHERE id >= ? ORDER BY id");
        samples_.rows.bind(1, first_sample);
        samples_.next();
    }

    /// Hands out the next record; false at the end, on damage, or on an SQLite error.
    bool step(EventSink& sink) {
        if (samples_.at_row && sample_is_next()) return hand_out_sample(sink);
        return events_.at_row && hand_out_event(sink);
    }

    const std::string& damage() const { return damage_; }
    bool ok() const { return events_.rows.ok() && texts_.rows.ok() && samples_.rows.ok(); }

  private:
    bool sample_is_next() const {
        const std::int64_t after = samples_.rows.integer(4);
        if (after > range_last_) return false;
        return !events_.at_row || after < events_.rows.integer(0);
    }

    bool damaged(const std::string& what) {
        damage_ = "event " + std::to_string(events_.at_row ? events_.rows.integer(0) : last_id_) +
                  ": " + what;
        return false;
    }

    bool known_name(std::int64_t id) const {
        return id >= 0 && static_cast<std::uint64_t>(id) < names_.size();
    }

    bool hand_out_sample(EventSink& sink) {
        const Statement& row = samples_.rows;
        const std::int64_t time = row.integer(0);
        if (time < last_time_ || !known_name(row.integer(1)) || !known_name(row.integer(2))) {
            return damaged("the sample after it is impossible");
        }
        const bool number = row.type(3) == SQLITE_FLOAT || row.type(3) == SQLITE_INTEGER;
        last_time_ = time;
        sink.on_sample({.time = time_of_ns(time),
                        .series = NameId{static_cast<std::uint32_t>(row.integer(1))},
                        .subject = NameId{static_cast<std::uint32_t>(row.integer(2))},
                        .value = number ? row.real(3) : std::numeric_limits<double>::quiet_NaN()});
        samples_.next();
        return true;
    }

    bool hand_out_event(EventSink& sink) {
        const Statement& row = events_.rows;
        for (int column = 0; column < 5; ++column) {
            if (row.type(column) != SQLITE_INTEGER) return damaged("a column is no integer");
        }
        const std::int64_t id = row.integer(0);
        const std::int64_t kind_id = row.integer(1);
        const std::int64_t time = row.integer(2);
        const std::int64_t cause = row.integer(4);
        const EventKind* kind = kind_id < 0 || kind_id > UINT16_MAX
                                    ? nullptr
                                    : registry_.find(static_cast<std::uint16_t>(kind_id));
        if (kind == nullptr) return damaged("its kind is not described");
        if (id <= last_id_) return damaged("its number is out of order");
        if (time < last_time_) return damaged("time goes back");
        if (!known_name(row.integer(3))) return damaged("its subject has no name");
        if (cause < 0 || cause >= id) return damaged("it is caused by a later event");
        Event event{.id = EventId{static_cast<std::uint64_t>(id)},
                    .time = time_of_ns(time),
                    .cause = EventId{static_cast<std::uint64_t>(cause)},
                    .subject = NameId{static_cast<std::uint32_t>(row.integer(3))},
                    .kind = static_cast<std::uint16_t>(kind_id)};
        if (!read_fields(event, *kind)) return false;
        last_id_ = id;
        last_time_ = time;
        hand_out(event, sink);
        events_.next();
        return true;
    }

    bool read_fields(Event& event, const EventKind& kind) {
        const Statement& row = events_.rows;
        for (std::size_t i = 0; i < kind.field_count(); ++i) {
            const int column = 5 + static_cast<int>(i);
            const int type = row.type(column);
            const FieldType expected = kind.fields[i].type;
            if (expected == FieldType::real) {
                // SQLite keeps a NaN as NULL.
                event.fields[i].real = type == SQLITE_NULL
                                           ? std::numeric_limits<double>::quiet_NaN()
                                           : row.real(column);
                if (type == SQLITE_TEXT || type == SQLITE_BLOB)
                    return damaged("a field is no number");
                continue;
            }
            if (type != SQLITE_INTEGER) return damaged("a field is no integer");
            const std::int64_t value = row.integer(column);
            if (expected == FieldType::name && value != std::int64_t{NameId::none} &&
                !known_name(value)) {
                return damaged("a field names nothing");
            }
            event.fields[i].integer = value;
        }
        return true;
    }

    void hand_out(Event& event, EventSink& sink) {
        const auto id = static_cast<std::int64_t>(number_of(event.id));
        while (texts_.at_row && texts_.rows.integer(0) < id) texts_.next();
        event.has_text = texts_.at_row && texts_.rows.integer(0) == id ? 1 : 0;
        sink.on_event(event, event.has_text != 0 ? texts_.rows.text(1) : std::string_view{});
    }

    sqlite3* db_;
    const EventRegistry& registry_;
    const Names& names_;
    Cursor events_, texts_, samples_;
    std::int64_t last_id_ = 0;
    std::int64_t last_time_ = 0;
    std::int64_t range_last_ = 0;
    std::string damage_;
};

}   // namespace

std::int64_t Recording::Impl::first_id_with(const char* table, const char* column,
                                            std::int64_t value) {
    const std::string from = std::string(" FROM main.") + table;
    // Two look-ups: SQLite walks the whole table for min and max in one SELECT.
    Statement ends(db.get(), "SELECT (SELECT min(id)" + from + "), (SELECT max(id)" + from + ")");
    if (!ends.step() || ends.type(0) == SQLITE_NULL) return 1;
    std::int64_t low = ends.integer(0);
    const std::int64_t last = ends.integer(1);
    std::int64_t high = last == INT64_MAX ? last : last + 1;   // The answer is in low..high.
    Statement probe(db.get(), "SELECT id, " + std::string(column) + from +
                                  " WHERE id >= ? ORDER BY id LIMIT 1");
    while (low < high && probe.ok()) {
        // Ids may have gaps (kinds left out): the probe lands on the next one there is.
        const std::int64_t middle =
            low + static_cast<std::int64_t>(
                      (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low)) / 2);
        probe.bind(1, middle);
        if (probe.step() && probe.integer(1) < value) {
            const std::int64_t id = probe.integer(0);
            low = id == INT64_MAX ? id : id + 1;
            if (low >= high) low = high;
        } else {
            high = middle;
        }
        probe.reset();
    }
    return low;
}

std::optional<Diagnostic> Recording::replay(EventSink& sink, const Range& range) {
    Impl& impl = *impl_;
    impl.arm();
    const auto first = static_cast<std::int64_t>(number_of(range.first));
    const std::int64_t first_sample = first <= 1 || !range.samples
                                          ? INT64_MIN
                                          : impl.first_id_with("hive_sample", "after", first);
    // One snapshot for names and events, else a growing file could show an event before its names.
    Statement begin(impl.db.get(), "BEGIN");
    const bool snapshot = begin.run();
    auto problem = impl.load_names();
    if (!problem) {
        Replay replay(impl.db.get(), impl.registry, impl.names);
        replay.start(range, first_sample);
        while (replay.step(sink)) {
        }
        if (!replay.damage().empty()) {
            problem = impl.damaged(replay.damage());
        } else if (!replay.ok()) {
            problem = impl.sql_problem("reading events");
        }
    }
    impl.guard.ourselves = true;   // The sink may have looked something up.
    Statement end(impl.db.get(), "COMMIT");
    if (snapshot) end.run();
    return problem;
}

}   // namespace glasshive::record
