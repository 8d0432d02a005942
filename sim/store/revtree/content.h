#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "store/json/shared_bytes.h"
#include "store/json/value.h"

namespace glasshive::store {

/// A file that hangs on a document. The bytes are shared between revisions and copies.
struct Attachment {
    std::string name;
    std::string type;           ///< Content type.
    std::string md5;            ///< 16 bytes, of what is stored: of the gzip bytes if zipped.
    json::SharedBytes data;     ///< What is stored.
    Bytes length{};             ///< As the client sent it.
    Bytes encoded_length{};     ///< As stored.
    std::uint32_t revpos = 0;   ///< Position of the revision that brought it.
    bool zipped = false;

    friend bool operator==(const Attachment&, const Attachment&) = default;
};

/// What one revision of a document holds. Immutable once shared, see ContentPtr.
struct Content {
    json::Value body;   ///< An object without CouchDB's own fields (those with '_').
    std::vector<Attachment> attachments{};   ///< In document order.
    bool deleted = false;                    ///< A tombstone; it keeps its body.

    /// Of the body's term and the attachments as stored: CouchDB's external size.
    Bytes size() const {
        Bytes size{static_cast<std::int64_t>(body.bytes().size())};
        for (const Attachment& attachment : attachments) size += attachment.encoded_length;
        return size;
    }
    friend bool operator==(const Content&, const Content&) = default;
};

/// Shares a Content by counting; null: the revision is known, what it held is not ("missing").
/// One word, not for use by several threads.
class ContentPtr {
  public:
    ContentPtr() = default;
    explicit ContentPtr(Content content) : block_(new Block{std::move(content)}) {}
    ContentPtr(const ContentPtr& other) noexcept : block_(other.block_) {
        if (block_) ++block_->uses;
    }
    ContentPtr(ContentPtr&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    ContentPtr& operator=(ContentPtr other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~ContentPtr() {
        if (block_ && --block_->uses == 0) delete block_;
    }

    explicit operator bool() const { return block_ != nullptr; }
    const Content& operator*() const { return block_->content; }
    const Content* operator->() const { return &block_->content; }
    bool same_block(const ContentPtr& other) const { return block_ == other.block_; }
    friend bool operator==(const ContentPtr& a, const ContentPtr& b) {
        return a.block_ == b.block_ || (a && b && *a == *b);
    }

  private:
    struct Block {
        Content content;
        std::uint32_t uses = 1;
    };
    Block* block_ = nullptr;
};

}   // namespace glasshive::store
