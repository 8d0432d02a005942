#include "record/schema.h"

#include "record/sqlite.h"

namespace glasshive::record {

namespace {

// Times are nanoseconds. Columns f0..f5 have no type, so that integers and doubles stay what they
// are.
constexpr Table all_tables[] = {
    {"hive_meta", "CREATE TABLE hive_meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"},
    {"hive_kind",
     "CREATE TABLE hive_kind(id INTEGER PRIMARY KEY, name TEXT UNIQUE, subject TEXT, doc TEXT, "
     "state TEXT, ends INTEGER, verbosity INTEGER)"},
    {"hive_field",
     "CREATE TABLE hive_field(kind INTEGER, position INTEGER, name TEXT, type INTEGER, doc TEXT, "
     "PRIMARY KEY(kind, position)) WITHOUT ROWID"},
    {"hive_name", "CREATE TABLE hive_name(id INTEGER PRIMARY KEY, text TEXT)"},
    {"hive_event",
     "CREATE TABLE hive_event(id INTEGER PRIMARY KEY, kind INTEGER, t_ns INTEGER, subject INTEGER, "
     "cause INTEGER, f0, f1, f2, f3, f4, f5)"},
    {"hive_text", "CREATE TABLE hive_text(id INTEGER PRIMARY KEY, text TEXT)"},
    {"hive_sample", "CREATE TABLE hive_sample(id INTEGER PRIMARY KEY, t_ns INTEGER, series "
                    "INTEGER, subject INTEGER, "
                    "value REAL, after INTEGER)"},
    // What came from outside, in order. `more`: the next row goes on with this one's text.
    {"hive_command", "CREATE TABLE hive_command(id INTEGER PRIMARY KEY, t_ns INTEGER, more "
                     "INTEGER, text TEXT)"},
    {"hive_keyframe", "CREATE TABLE hive_keyframe(event INTEGER PRIMARY KEY, t_ns INTEGER, base "
                      "INTEGER, data BLOB)"},
    {"hive_sample_bucket", "CREATE TABLE hive_sample_bucket(series INTEGER, subject INTEGER, level "
                           "INTEGER, bucket INTEGER, "
                           "count INTEGER, min REAL, max REAL, sum REAL)"},
    {"hive_event_bucket",
     "CREATE TABLE hive_event_bucket(kind INTEGER, level INTEGER, bucket INTEGER, count INTEGER)"},
};

constexpr const char* all_indexes[] = {
    "CREATE INDEX hive_sample_series ON hive_sample(series, subject)",
    "CREATE INDEX hive_sample_bucket_series ON hive_sample_bucket(series, subject, level, bucket)",
    "CREATE INDEX hive_event_bucket_kind ON hive_event_bucket(kind, level, bucket)",
};

// None on kinds: they are few, so a search by kind reads much of the table anyway.
constexpr const char* all_costly_indexes[] = {
    "CREATE INDEX hive_name_text ON hive_name(text)",
    "CREATE INDEX hive_event_subject ON hive_event(subject)",
    "CREATE INDEX hive_event_cause ON hive_event(cause)",
};

std::string name_of(const std::string& schema, const std::string& id) {
    return "(SELECT text FROM " + schema + "hive_name WHERE id = " + id + ")";
}

/// The value of one field as JSON takes it.
std::string json_value(const std::string& schema, FieldType type, const std::string& column) {
    switch (type) {
        case FieldType::name: return name_of(schema, column);
        case FieldType::duration: return column + " / 1e9";
        case FieldType::text: return "(SELECT text FROM " + schema + "hive_text WHERE id = e.id)";
        // JSON has no infinity; SQLite would print Inf.
        case FieldType::real:
            return "CASE WHEN abs(" + column + ") <= 1.7976931348623157e308 THEN " + column +
                   " END";
        default: return column;
    }
}

std::string json_attributes(const std::string& schema, const EventKind& kind) {
    std::string sql = "json_object(";
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        if (i > 0) sql += ", ";
        sql += sql_text(kind.fields[i].name) + ", " +
               json_value(schema, kind.fields[i].type, "e.f" + std::to_string(i));
    }
    return sql + ")";
}

}   // namespace

std::span<const Table> tables() { return all_tables; }
std::span<const char* const> indexes() { return all_indexes; }
std::span<const char* const> costly_indexes() { return all_costly_indexes; }

std::string meta_view(const std::string& create, const std::string& schema) {
    return create + " meta(key, value) AS SELECT key, value FROM " + schema + "hive_meta";
}

std::string events_view(const std::string& create, const std::string& schema,
                        const EventRegistry& registry) {
    std::string attrs;
    for (const EventKind* kind : registry.all()) {
        if (kind->field_count() == 0) continue;
        attrs += " WHEN " + std::to_string(kind->id) + " THEN " + json_attributes(schema, *kind);
    }
    attrs = attrs.empty() ? "'{}'" : "CASE e.kind" + attrs + " ELSE '{}' END";
    // Joins, not subqueries, for kind and subject: a search by their text then uses the indexes.
    return create +
           " events(id, t, t_ns, kind, subject, cause, attrs) AS SELECT e.id, e.t_ns / 1e9, "
           "e.t_ns, k.name, n.text, e.cause, " +
           attrs + " FROM " + schema + "hive_event AS e JOIN " + schema +
           "hive_kind AS k ON k.id = e.kind JOIN " + schema + "hive_name AS n ON n.id = e.subject";
}

std::string samples_view(const std::string& create, const std::string& schema) {
    return create +
           " samples(t, series, subject, value) AS SELECT s.t_ns / 1e9, r.text, n.text, "
           "s.value FROM " +
           schema + "hive_sample AS s JOIN " + schema + "hive_name AS r ON r.id = s.series JOIN " +
           schema + "hive_name AS n ON n.id = s.subject";
}

std::string commands_view(const std::string& create, const std::string& schema) {
    return create + " commands(t, t_ns, more, text) AS SELECT t_ns / 1e9, t_ns, more, text FROM " +
           schema + "hive_command ORDER BY id";
}

}   // namespace glasshive::record
