#include "record/queue.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::record {

RecordQueue::RecordQueue(std::size_t bytes_max)
    : bytes_max_(std::max(bytes_max, 2 * block_bytes)) {}

void RecordQueue::next_block(std::size_t needed) {
    SIM_ASSERT(needed <= UINT32_MAX);
    std::unique_lock lock{mutex_};
    if (current_ != nullptr) current_->closed.store(true, std::memory_order_release);
    woken_ = true;
    changed_.notify_one();
    const std::size_t capacity = std::max(needed, block_bytes);
    // A single record larger than the bound passes alone.
    freed_.wait(lock,
                [&] { return bytes_waiting_ == 0 || bytes_waiting_ + capacity <= bytes_max_; });
    std::unique_ptr<Block> block;
    if (capacity == block_bytes && !free_.empty()) {
        block = std::move(free_.back());
        free_.pop_back();
        block->published.store(0, std::memory_order_relaxed);
        block->closed.store(false, std::memory_order_relaxed);
    } else {
        block = std::make_unique<Block>(capacity);
    }
    bytes_waiting_ += capacity;
    current_ = block.get();
    written_ = 0;
    waiting_.push_back(std::move(block));
}

void RecordQueue::recycle() {
    const std::lock_guard lock{mutex_};
    std::unique_ptr<Block> block = std::move(waiting_.front());
    waiting_.pop_front();
    read_ = 0;
    bytes_waiting_ -= block->capacity;
    if (block->capacity == block_bytes) free_.push_back(std::move(block));
    freed_.notify_one();
}

void RecordQueue::wait(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, time, [&] { return woken_; });
    woken_ = false;
}

void RecordQueue::wake() {
    const std::lock_guard lock{mutex_};
    woken_ = true;
    changed_.notify_one();
}

}   // namespace glasshive::record
