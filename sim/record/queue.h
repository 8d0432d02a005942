#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/event.h"

namespace glasshive::record {

/// What travels from the simulation's thread to the writer's.
enum class RecordType : std::uint32_t { event, sample, name, text, command };

/// A sample and the event it followed, so that a replay keeps the order.
struct QueuedSample {
    Sample sample;
    std::uint64_t after = 0;
};

/// What begins a command; its text follows.
struct QueuedCommand {
    std::int64_t t_ns = 0;
    std::int64_t more = 0;   ///< 1: the next command goes on with the text of this one.
};

/// A bounded single-producer, single-consumer queue of records of any size, in blocks.
///
/// The producer writes into its current block and publishes a length with one atomic store; no lock
/// is taken before a block is full, and the consumer may read what is published of a block that is
/// still being filled. When `bytes_max` are waiting, the producer waits: back-pressure, not growth.
class RecordQueue {
  public:
    explicit RecordQueue(std::size_t bytes_max);

    // Producer.
    void push(const Event& event) {
        reserve(sizeof event, 0);
        put(RecordType::event, &event, sizeof event);
        publish();
    }
    /// Both become visible at once: a crash never leaves an event without its text.
    void push(const Event& event, std::string_view text) {
        reserve(sizeof event, sizeof(Header) + padded(text.size()));
        put(RecordType::event, &event, sizeof event);
        put(RecordType::text, text.data(), text.size());
        publish();
    }
    void push(const QueuedSample& sample) {
        reserve(sizeof sample, 0);
        put(RecordType::sample, &sample, sizeof sample);
        publish();
    }
    /// Both become visible at once.
    void push(const QueuedCommand& command, std::string_view text) {
        reserve(sizeof command, sizeof(Header) + padded(text.size()));
        put(RecordType::command, &command, sizeof command);
        put(RecordType::text, text.data(), text.size());
        publish();
    }
    /// In order of their ids, each before its first mention.
    void push_name(std::string_view text) {
        reserve(text.size(), 0);
        put(RecordType::name, text.data(), text.size());
        publish();
    }

    // Consumer.
    /// Hands out published records in order, at most about `records_max` of them: take(type, data,
    /// size). Returns how many. Data is 8-byte aligned and dies with the call.
    template <class Take>
    std::size_t drain(std::size_t records_max, Take&& take);
    /// Waits until a block is full, somebody calls wake(), or the time is over.
    void wait(std::chrono::milliseconds time);

    void wake();   ///< From any thread.

  private:
    struct Header {
        RecordType type;
        std::uint32_t size;
    };
    struct Block {
        explicit Block(std::size_t size) : capacity(size), data(new std::byte[size]) {}
        std::size_t capacity;
        std::unique_ptr<std::byte[]> data;
        std::atomic<std::size_t> published{0};
        std::atomic<bool> closed{false};
    };
    static constexpr std::size_t block_bytes = 256 * 1024;
    static constexpr std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

    void reserve(std::size_t size, std::size_t more) {
        const std::size_t needed = sizeof(Header) + padded(size) + more;
        if (current_ == nullptr || written_ + needed > current_->capacity) next_block(needed);
    }
    void put(RecordType type, const void* data, std::size_t size) {
        const Header header{type, static_cast<std::uint32_t>(size)};
        std::byte* place = current_->data.get() + written_;
        std::memcpy(place, &header, sizeof header);
        if (size > 0) std::memcpy(place + sizeof header, data, size);
        written_ += sizeof header + padded(size);
    }
    void publish() { current_->published.store(written_, std::memory_order_release); }
    void next_block(std::size_t needed);
    void recycle();

    Block* current_ = nullptr;   // Producer's.
    std::size_t written_ = 0;    // Producer's.
    std::size_t read_ = 0;       // Consumer's, within the front block.

    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable freed_;
    std::deque<std::unique_ptr<Block>> waiting_;   // Front is read, back is written.
    std::vector<std::unique_ptr<Block>> free_;
    std::size_t bytes_waiting_ = 0;
    std::size_t bytes_max_;
    bool woken_ = false;
};

template <class Take>
std::size_t RecordQueue::drain(std::size_t records_max, Take&& take) {
    std::size_t taken = 0;
    for (;;) {
        Block* block = nullptr;
        {
            const std::lock_guard lock{mutex_};
            if (!waiting_.empty()) block = waiting_.front().get();
        }
        if (block == nullptr) return taken;
        // Read `closed` first: what was published before closing is then surely seen.
        const bool closed = block->closed.load(std::memory_order_acquire);
        const std::size_t end = block->published.load(std::memory_order_acquire);
        while (read_ < end) {
            Header header;
            std::memcpy(&header, block->data.get() + read_, sizeof header);
            if (taken >= records_max && header.type != RecordType::text) break;
            take(header.type, block->data.get() + read_ + sizeof header, std::size_t{header.size});
            read_ += sizeof header + padded(header.size);
            ++taken;
        }
        if (read_ < end || !closed) return taken;
        recycle();
    }
}

}   // namespace glasshive::record
