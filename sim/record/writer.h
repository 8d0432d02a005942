#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/result.h"
#include "record/feed.h"
#include "record/pyramid.h"
#include "record/queue.h"
#include "record/recorder.h"
#include "record/sqlite.h"
#include "record/state.h"

namespace glasshive::record {

/// The writer thread's side of a recorder: rows, keyframes, pyramid and commits.
class Writer {
  public:
    explicit Writer(std::size_t buffer_bytes) : queue_(buffer_bytes) {}
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Creates the file, its tables and views, writes kinds and meta, and starts the thread.
    std::optional<Diagnostic> start(const RecorderOptions& options, const EventRegistry& registry);

    RecordQueue& queue() { return queue_; }
    bool failed() const { return failed_.load(std::memory_order_relaxed); }
    void flush();
    /// Drains the queue, commits and ends the thread. Once.
    void stop();
    /// After stop(): what only a finished recording has.
    void finish(const RunEnd& end);
    std::optional<Diagnostic> take_problem();

  private:
    void build_indexes();
    void sync_created();
    bool create_tables(const EventRegistry& registry);
    bool describe_kinds(const EventRegistry& registry);
    bool put_meta(const std::vector<std::pair<std::string, std::string>>& meta);
    void prepare(const EventRegistry& registry);
    void work();
    std::size_t gather();
    void write_batch();
    void write_events();
    void fold();
    void write_keyframe(const Event& event);
    void write_buckets();
    void commit();
    void fail(const std::string& doing);
    bool run(Statement& statement, const char* doing);

    std::string path_;
    RecordQueue queue_;
    Database db_;
    Indexes indexes_ = Indexes::automatic;
    std::chrono::steady_clock::time_point started_{};
    Feed feed_;
    std::vector<std::string> new_names_;
    std::vector<std::pair<std::uint64_t, std::string>> texts_;
    std::vector<std::pair<QueuedCommand, std::string>> commands_;
    std::optional<QueuedCommand> next_command_;   // Whose text follows.
    std::uint64_t last_event_ = 0;                // Whose text may follow.
    std::uint64_t written_event_ = 0;
    std::int64_t names_ = 0;
    std::uint64_t keyframe_every_ = 0;
    std::uint64_t folded_ = 0;
    std::uint64_t keyframes_ = 0;
    std::int64_t keyframe_base_ = 0;
    std::optional<State> state_;
    Pyramid pyramid_;
    struct Statements {
        Statement append_events, insert_events, samples, first_name, name, text, command, keyframe;
        Statement sample_bucket, event_bucket, begin, commit;
    } sql_;
    bool in_transaction_ = false;
    std::chrono::steady_clock::time_point transaction_start_{};

    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::condition_variable flushed_;
    std::uint64_t flush_wanted_ = 0;
    std::uint64_t flush_done_ = 0;
    std::optional<Diagnostic> problem_;
};

}   // namespace glasshive::record
