#include "record/writer.h"

#include <cstring>

#include "base/assert.h"
#include "record/schema.h"

namespace glasshive::record {

namespace {
// Half of the promised 100 ms: the other half is for the commit itself and a busy machine.
constexpr std::chrono::milliseconds commit_every{50};
constexpr std::chrono::milliseconds nap{20};
constexpr std::size_t batch_records = 8192;
constexpr std::uint64_t full_keyframe_every = 16;
}   // namespace

Writer::~Writer() { stop(); }

void Writer::prepare(const EventRegistry& registry) {
    sqlite3* db = db_.get();
    for (const EventKind* kind : registry.all()) {
        if (feed_.fields.size() <= kind->id) {
            feed_.fields.resize(kind->id + 1U);
            feed_.reals.resize(kind->id + 1U);
        }
        feed_.fields[kind->id] = static_cast<std::uint8_t>(kind->field_count());
        for (std::size_t i = 0; i < kind->field_count(); ++i) {
            if (kind->fields[i].type != FieldType::real) continue;
            feed_.reals[kind->id] = static_cast<std::uint8_t>(feed_.reals[kind->id] | 1U << i);
        }
    }
    state_.emplace(FoldPlan::of(registry));
    SIM_ASSERT(registry.all().size() <= kinds_max);
    SIM_ASSERT(state_->plan().types.size() <= subject_types_max);
    sql_.append_events = Statement(db, append_events, true);
    sql_.insert_events = Statement(db, insert_events, true);
    sql_.samples = Statement(db, append_samples, true);
    sql_.first_name = Statement(db, "INSERT INTO hive_name VALUES (0, ?)", true);
    sql_.name = Statement(db, "INSERT INTO hive_name(text) VALUES (?)", true);
    sql_.text = Statement(db, "INSERT INTO hive_text VALUES (?, ?)", true);
    sql_.command =
        Statement(db, "INSERT INTO hive_command(t_ns, more, text) VALUES (?, ?, ?)", true);
    sql_.keyframe = Statement(db, "INSERT INTO hive_keyframe VALUES (?, ?, ?, ?)", true);
    sql_.sample_bucket =
        Statement(db, "INSERT INTO hive_sample_bucket VALUES (?, ?, ?, ?, ?, ?, ?, ?)", true);
    sql_.event_bucket = Statement(db, "INSERT INTO hive_event_bucket VALUES (?, ?, ?, ?)", true);
    sql_.begin = Statement(db, "BEGIN IMMEDIATE", true);
    sql_.commit = Statement(db, "COMMIT", true);
}

void Writer::work() {
    sync_created();
    for (;;) {
        // Read before gathering: what was recorded before the request is then surely gathered.
        const bool stopping = stopping_.load(std::memory_order_acquire);
        std::uint64_t wanted = 0;
        {
            const std::lock_guard lock{mutex_};
            wanted = flush_wanted_;
        }
        const std::size_t gathered = gather();
        if (gathered > 0) write_batch();
        const bool idle = gathered < batch_records;
        const auto age = std::chrono::steady_clock::now() - transaction_start_;
        const bool asked = idle && (stopping || wanted > flush_done_);
        if (in_transaction_ && (asked || age >= commit_every)) commit();
        if (asked) {
            const std::lock_guard lock{mutex_};
            flush_done_ = wanted;
            flushed_.notify_all();
        }
        if (stopping && idle) return;
        if (gathered == 0) queue_.wait(nap);
    }
}

std::size_t Writer::gather() {
    return queue_.drain(
        batch_records, [&](RecordType type, const std::byte* data, std::size_t size) {
            if (failed()) return;   // Still drained, so that the run never waits for a dead disk.
            const char* text = reinterpret_cast<const char*>(data);
            switch (type) {
                case RecordType::event:
                    feed_.events.emplace_back();
                    std::memcpy(&feed_.events.back(), data, sizeof(Event));
                    last_event_ = number_of(feed_.events.back().id);
                    break;
                case RecordType::sample:
                    feed_.samples.emplace_back();
                    std::memcpy(&feed_.samples.back(), data, sizeof(QueuedSample));
                    break;
                case RecordType::name: new_names_.emplace_back(text, size); break;
                case RecordType::command:
                    std::memcpy(&next_command_.emplace(), data, sizeof(QueuedCommand));
                    break;
                case RecordType::text:
                    if (next_command_) {
                        commands_.emplace_back(*next_command_, std::string(text, size));
                        next_command_.reset();
                    } else {
                        texts_.emplace_back(last_event_, std::string(text, size));
                    }
                    break;
            }
        });
}

void Writer::write_batch() {
    if (!failed() && !in_transaction_) {
        in_transaction_ = run(sql_.begin, "start a transaction");
        transaction_start_ = std::chrono::steady_clock::now();
    }
    for (const auto& [command, text] : commands_) {
        if (failed()) break;
        sql_.command.bind(1, command.t_ns).bind(2, command.more);
        run(sql_.command.bind_text(3, text), "write a command");
    }
    for (const std::string& name : new_names_) {
        if (failed()) break;
        Statement& statement = names_++ == 0 ? sql_.first_name : sql_.name;   // Then 1, 2, 3…
        run(statement.bind_text(1, name), "write a name");
    }
    if (!feed_.events.empty()) write_events();
    for (const auto& [event, text] : texts_) {
        if (failed()) break;
        run(sql_.text.bind(1, static_cast<std::int64_t>(event)).bind_text(2, text), "write a text");
    }
    if (!feed_.samples.empty()) run(sql_.samples, "write samples");
    if (!failed()) fold();
    write_buckets();
    new_names_.clear();
    texts_.clear();
    commands_.clear();
    feed_.events.clear();
    feed_.samples.clear();
}

void Writer::write_events() {
    const std::uint64_t first = number_of(feed_.events.front().id);
    const std::uint64_t last = number_of(feed_.events.back().id);
    const bool follows = first == written_event_ + 1 && last - first + 1 == feed_.events.size();
    written_event_ = last;
    run(follows ? sql_.append_events : sql_.insert_events, "write events");
}

void Writer::fold() {
    for (const Event& event : feed_.events) {
        state_->apply(event);
        pyramid_.add(event.kind, event.time);
        if (++folded_ % keyframe_every_ == 0) write_keyframe(event);
    }
    for (const QueuedSample& queued : feed_.samples) pyramid_.add(queued.sample);
}

void Writer::write_keyframe(const Event& event) {
    const bool full = keyframes_++ % full_keyframe_every == 0;
    const std::string data = state_->encode(full);
    const auto id = static_cast<std::int64_t>(number_of(event.id));
    // `base` is the keyframe this one changes; 0 when it stands alone.
    sql_.keyframe.bind(1, id).bind(2, ns_of(event.time)).bind(3, full ? 0 : keyframe_base_);
    run(sql_.keyframe.bind_blob(4, data), "write a keyframe");
    keyframe_base_ = id;
}

void Writer::write_buckets() {
    for (const ClosedSampleBucket& closed : pyramid_.samples) {
        if (failed()) break;
        const SampleBucket& bucket = closed.values;
        sql_.sample_bucket.bind(1, std::int64_t{closed.series.value})
            .bind(2, std::int64_t{closed.subject.value})
            .bind(3, std::int64_t{closed.level})
            .bind(4, bucket.bucket)
            .bind(5, static_cast<std::int64_t>(bucket.count))
            .bind(6, bucket.min)
            .bind(7, bucket.max)
            .bind(8, bucket.sum);
        run(sql_.sample_bucket, "write sample buckets");
    }
    for (const ClosedEventBucket& closed : pyramid_.events) {
        if (failed()) break;
        sql_.event_bucket.bind(1, std::int64_t{closed.kind})
            .bind(2, std::int64_t{closed.level})
            .bind(3, closed.bucket)
            .bind(4, static_cast<std::int64_t>(closed.count));
        run(sql_.event_bucket, "write event buckets");
    }
    pyramid_.samples.clear();
    pyramid_.events.clear();
}

void Writer::commit() {
    if (!failed()) run(sql_.commit, "commit");
    in_transaction_ = false;
}

bool Writer::run(Statement& statement, const char* doing) {
    if (failed()) return false;
    if (statement.run()) return true;
    fail(doing);
    return false;
}

void Writer::fail(const std::string& doing) {
    Diagnostic problem{.file = path_,
                       .message =
                           "recording stopped: cannot " + doing + ": " + sqlite3_errmsg(db_.get())};
    problem.hint = "what was committed before is kept; free some space or record elsewhere";
    // The last commit stands; a half-written transaction must not.
    if (sqlite3_get_autocommit(db_.get()) == 0) execute(db_.get(), "ROLLBACK");
    in_transaction_ = false;
    const std::lock_guard lock{mutex_};
    if (!failed_.exchange(true)) problem_ = std::move(problem);
}

std::optional<Diagnostic> Writer::take_problem() {
    const std::lock_guard lock{mutex_};
    return std::exchange(problem_, std::nullopt);
}

void Writer::flush() {
    if (!thread_.joinable()) return;
    std::unique_lock lock{mutex_};
    const std::uint64_t wanted = ++flush_wanted_;
    lock.unlock();
    queue_.wake();
    lock.lock();
    flushed_.wait(lock, [&] { return flush_done_ >= wanted; });
}

void Writer::stop() {
    if (!thread_.joinable()) return;
    stopping_.store(true, std::memory_order_release);
    queue_.wake();
    thread_.join();
}

}   // namespace glasshive::record
