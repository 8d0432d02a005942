#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace glasshive::store::json {

/// Bytes that nobody changes, shared by counting: bodies of documents, their ids. One word; one
/// allocation of 8 bytes and the bytes. Not for use by several threads.
class SharedBytes {
  public:
    SharedBytes() = default;   ///< Nothing, which is not the same as no bytes.
    static SharedBytes copy_of(std::string_view bytes);
    SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
        if (block_) ++block_->uses;
    }
    SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    SharedBytes& operator=(SharedBytes other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~SharedBytes() {
        if (block_ && --block_->uses == 0) free_block();
    }

    explicit operator bool() const { return block_ != nullptr; }
    std::string_view view() const {
        return block_ ? std::string_view(data(), block_->size) : std::string_view();
    }
    bool same_block(const SharedBytes& other) const { return block_ == other.block_; }
    friend bool operator==(const SharedBytes& a, const SharedBytes& b) {
        return a.block_ == b.block_ || a.view() == b.view();
    }

  private:
    struct Block {
        std::uint32_t uses;
        std::uint32_t size;
    };
    const char* data() const { return reinterpret_cast<const char*>(block_ + 1); }
    void free_block();

    Block* block_ = nullptr;   // Followed by the bytes.
};

}   // namespace glasshive::store::json
