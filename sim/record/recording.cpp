#include "record/recording.h"

#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/assert.h"
#include "record/recording_impl.h"
#include "record/schema.h"
#include "record/text.h"

namespace glasshive::record {

namespace {

/// Texts of the schema are short; a long one is an attack on memory.
constexpr std::size_t label_bytes_max = 4096;

}   // namespace

Diagnostic Recording::Impl::damaged(const std::string& what) const {
    return {.file = path,
            .message = "the recording is damaged: " + printable(what),
            .hint = "what `sqlite3 FILE .recover` saves may still be of use"};
}

Diagnostic Recording::Impl::sql_problem(std::string_view doing) const {
    const int code = sqlite3_errcode(db.get()) & 0xff;
    if (guard.stopped) {
        return {.file = path,
                .message = "stopped " + std::string(doing) + ": it takes more than " +
                           std::to_string(guard.operations_max) + " operations"};
    }
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return {.file = path,
                .message = "the recording is busy: somebody is writing it",
                .hint = "try again"};
    }
    return damaged(sqlite3_errmsg(db.get()));
}

std::uint64_t Recording::Impl::file_bytes() const {
    if (!bytes.empty()) return bytes.size();
    std::uint64_t size = 0;
    for (const char* suffix : {"", "-wal"}) {
        struct stat info {};
        if (::stat((path + suffix).c_str(), &info) == 0)
            size += static_cast<std::uint64_t>(info.st_size);
    }
    return size;
}

void Recording::Impl::arm() {
    // A sound file needs a few operations per byte. A damaged one could send us round in circles.
    guard.ourselves = true;
    guard.stopped = false;
    guard.operations_max = 10'000'000 + 64 * file_bytes();
    guard.operations_left = guard.operations_max;
    guard.until = std::chrono::steady_clock::time_point::max();
}

std::optional<Diagnostic> Recording::Impl::check_tables() {
    Statement schema(db.get(), "SELECT type, name, sql FROM main.sqlite_schema");
    std::size_t found = 0;
    while (schema.step()) {
        for (const Table& table : tables()) {
            if (schema.text(1) != table.name) continue;
            if (schema.text(0) != "table" || schema.text(2) != table.sql) {
                return damaged("table " + std::string(table.name) +
                               " is not as Glasshive writes it");
            }
            ++found;
        }
    }
    if (!schema.ok()) return sql_problem("opening");
    if (found != tables().size()) return damaged("tables are missing");
    return std::nullopt;
}

std::optional<Diagnostic> Recording::Impl::load_fields(std::map<std::int64_t, EventKind>& by_id) {
    Statement rows(db.get(), "SELECT kind, position, name, type, doc FROM main.hive_field "
                             "ORDER BY kind, position");
    while (rows.step()) {
        const auto kind = by_id.find(rows.integer(0));
        const std::int64_t position = rows.integer(1);
        const std::int64_t type = rows.integer(3);
        if (kind == by_id.end()) return damaged("a field belongs to no kind");
        EventKind& described = kind->second;
        const auto next = static_cast<std::int64_t>(described.field_count());
        if (position != next || position >= static_cast<std::int64_t>(event_fields_max) ||
            type < 1 || type > static_cast<std::int64_t>(FieldType::text)) {
            return damaged("kind " + std::to_string(rows.integer(0)) + " has impossible fields");
        }
        const auto field_type = static_cast<FieldType>(type);
        for (const FieldInfo& field : described.fields) {
            if (field.type == FieldType::text && field_type == FieldType::text) {
                return damaged("kind " + std::to_string(rows.integer(0)) + " has two texts");
            }
        }
        described.fields[static_cast<std::size_t>(position)] = {keep(rows.text(2)), field_type,
                                                                keep(rows.text(4))};
    }
    return rows.ok() ? std::nullopt : std::optional(sql_problem("opening"));
}

std::string_view Recording::Impl::keep(std::string_view text) {
    return strings.emplace_back(text.substr(0, label_bytes_max));
}

std::optional<Diagnostic> Recording::Impl::load_kinds() {
    std::map<std::int64_t, EventKind> by_id;
    std::set<std::string_view> taken;
    Statement rows(db.get(),
                   "SELECT id, name, subject, doc, state, ends, verbosity FROM main.hive_kind "
                   "ORDER BY id");
    while (rows.step()) {
        const std::int64_t id = rows.integer(0);
        const EventKind kind{.id = static_cast<std::uint16_t>(id),
                             .name = keep(rows.text(1)),
                             .subject = keep(rows.text(2)),
                             .doc = keep(rows.text(3)),
                             .state = keep(rows.text(4)),
                             .ends_subject = rows.integer(5) != 0,
                             .verbosity =
                                 static_cast<int>(std::clamp<std::int64_t>(rows.integer(6), 0, 3))};
        const bool fresh = taken.insert(kind.name).second;
        if (id < 1 || id > UINT16_MAX || !fresh || by_id.size() >= kinds_max) {
            return damaged("impossible kinds of event");
        }
        by_id.emplace(id, kind);
    }
    if (!rows.ok()) return sql_problem("opening");
    if (auto problem = load_fields(by_id)) return problem;
    std::vector<const EventKind*> all;
    for (const auto& [id, kind] : by_id) all.push_back(&kinds.emplace_back(kind));
    registry.add(all);
    plan = FoldPlan::of(registry);
    if (plan->types.size() > subject_types_max) return damaged("too many types of subject");
    return std::nullopt;
}

std::optional<Diagnostic> Recording::Impl::load_names() {
    Statement rows(db.get(), "SELECT id, text FROM main.hive_name WHERE id >= ? ORDER BY id");
    rows.bind(1, static_cast<std::int64_t>(names.size()));
    const std::uint64_t bytes_max = file_bytes();
    while (rows.step()) {
        const std::string_view text = rows.text(1);
        name_bytes += text.size();
        const std::size_t known = names.size();
        // Texts longer than the file: many rows share the same pages, to eat our memory.
        if (rows.integer(0) != static_cast<std::int64_t>(known) || name_bytes > bytes_max) {
            return damaged("names are out of order");
        }
        names.intern(text);
        if (names.size() != known + 1) return damaged("a name occurs twice");
    }
    return rows.ok() ? std::nullopt : std::optional(sql_problem("reading names"));
}

std::optional<Diagnostic> Recording::Impl::make_views() {
    const std::string views[] = {
        meta_view("CREATE TEMP VIEW", "main."), events_view("CREATE TEMP VIEW", "main.", registry),
        samples_view("CREATE TEMP VIEW", "main."), commands_view("CREATE TEMP VIEW", "main.")};
    for (const std::string& view : views) {
        if (execute(db.get(), view) != SQLITE_OK) return sql_problem("opening");
    }
    return std::nullopt;
}

Result<Recording> Recording::load(std::unique_ptr<Impl> impl) {
    impl->arm();
    auto opened =
        open_safely(impl->path, impl->bytes.empty() ? nullptr : &impl->bytes, &impl->guard);
    if (!opened.ok()) return opened.problems();
    impl->db = std::move(opened.value());
    if (auto problem = impl->check_tables()) return *problem;
    if (auto problem = impl->load_kinds()) return *problem;
    if (auto problem = impl->make_views()) return *problem;
    lock_down(impl->db.get(), &impl->guard);
    if (auto problem = impl->load_names()) return *problem;
    return Recording(std::move(impl));
}

Result<Recording> Recording::open(const std::string& path, const ReadLimits& limits) {
    auto header = first_bytes(path);
    if (!header.ok()) return header.problems();
    if (auto problem = check_header(path, header.value())) return *problem;
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->limits = limits;
    return load(std::move(impl));
}

Result<Recording> Recording::from_bytes(std::string bytes, const ReadLimits& limits) {
    if (auto problem = check_header("(memory)", bytes)) return *problem;
    auto impl = std::make_unique<Impl>();
    impl->path = "(memory)";
    impl->limits = limits;
    impl->bytes = std::move(bytes);
    return load(std::move(impl));
}

Recording::Recording(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

const std::string& Recording::path() const { return impl_->path; }
const EventRegistry& Recording::registry() const { return impl_->registry; }
const Names& Recording::names() const { return impl_->names; }
std::shared_ptr<const FoldPlan> Recording::plan() const { return impl_->plan; }
sqlite3* Recording::handle() const { return impl_->db.get(); }
std::uint64_t Recording::file_bytes() const { return impl_->file_bytes(); }
void Recording::arm_for_ourselves() { impl_->arm(); }

void Recording::arm_for_user() {
    impl_->arm();
    impl_->guard.ourselves = false;
    impl_->guard.operations_max = impl_->limits.operations_max;
    impl_->guard.operations_left = impl_->limits.operations_max;
    impl_->guard.until =
        std::chrono::steady_clock::now() + std::chrono::seconds(impl_->limits.seconds_max);
}

Diagnostic Recording::problem(std::string_view doing) const { return impl_->sql_problem(doing); }

std::optional<Diagnostic> Recording::refresh() {
    impl_->arm();
    return impl_->load_names();
}

std::optional<std::string> Recording::meta(std::string_view key) const {
    impl_->arm();
    Statement row(impl_->db.get(), "SELECT value FROM main.hive_meta WHERE key = ?");
    row.bind_text(1, key);
    if (!row.step()) return std::nullopt;
    return std::string(row.text(0));
}

std::map<std::string, std::string> Recording::all_meta() const {
    impl_->arm();
    std::map<std::string, std::string> all;
    Statement rows(impl_->db.get(), "SELECT key, substr(value, 1, 65536) FROM main.hive_meta "
                                    "WHERE key NOT GLOB 'file:*' LIMIT 1000");
    while (rows.step()) all.emplace(rows.text(0), rows.text(1));
    return all;
}

std::vector<std::string> Recording::input_files() const {
    impl_->arm();
    std::vector<std::string> files;
    Statement rows(impl_->db.get(),
                   "SELECT substr(key, 6) FROM main.hive_meta WHERE key GLOB 'file:*' "
                   "ORDER BY key LIMIT 10000");
    while (rows.step()) files.emplace_back(rows.text(0));
    return files;
}

Result<std::vector<Command>> Recording::commands() const {
    impl_->arm();
    std::vector<Command> all;
    bool goes_on = false;
    Statement rows(impl_->db.get(), "SELECT t_ns, more, text FROM main.hive_command ORDER BY id");
    while (rows.step()) {
        const Time at = time_of_ns(rows.integer(0));
        const Time before = all.empty() ? Time{} : all.back().at;
        if (at < before || (goes_on && at != before))
            return impl_->damaged("commands are out of order");
        if (!goes_on) all.push_back({at, {}});
        all.back().text += rows.text(2);
        goes_on = rows.integer(1) != 0;
    }
    if (!rows.ok()) return impl_->sql_problem("reading commands");
    if (goes_on) all.pop_back();   // It was cut short in the middle of one.
    return all;
}

Result<Time> Recording::newest_time() const {
    impl_->arm();
    Statement row(impl_->db.get(), "SELECT t_ns FROM main.hive_event ORDER BY id DESC LIMIT 1");
    const Time at = row.step() ? time_of_ns(row.integer(0)) : Time{};
    if (!row.ok()) return impl_->sql_problem("reading the newest event");
    return at;
}

bool Recording::clean() const { return meta("clean") == "1"; }

}   // namespace glasshive::record
