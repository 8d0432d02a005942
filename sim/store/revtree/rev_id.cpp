#include "store/revtree/rev_id.h"

#include <openssl/evp.h>

#include <memory>

#include "base/assert.h"
#include "store/json/term.h"

namespace glasshive::store {

using namespace json::term;

namespace {

/// OpenSSL's, fetched once: that alone costs more than a hash.
class Md5 {
  public:
    Md5() : kind_(EVP_MD_fetch(nullptr, "MD5", nullptr)), context_(EVP_MD_CTX_new()) {
        SIM_ASSERT(kind_ != nullptr && context_ != nullptr);
    }
    ~Md5() {
        EVP_MD_CTX_free(context_);
        EVP_MD_free(kind_);
    }
    Md5(const Md5&) = delete;
    Md5& operator=(const Md5&) = delete;

    void begin() { SIM_ASSERT(EVP_DigestInit_ex2(context_, kind_, nullptr) == 1); }
    void add(std::string_view bytes) {
        SIM_ASSERT(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
    }
    std::string end() {
        std::string digest(16, '\0');
        SIM_ASSERT(EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()),
                                      nullptr) == 1);
        return digest;
    }

  private:
    EVP_MD* kind_;
    EVP_MD_CTX* context_;
};

Md5& hasher() {
    thread_local Md5 md5;
    return md5;
}

void append_binary(std::string& out, std::string_view bytes) {
    out.push_back(binary_tag);
    append_32(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
}

void append_position(std::string& out, std::uint32_t position) {
    if (position <= 255) {
        out.push_back(byte_tag);
        out.push_back(static_cast<char>(position));
    } else if (position <= INT32_MAX) {
        out.push_back(integer_tag);
        append_32(out, position);
    } else {
        out.push_back(big_tag);
        out += {4, 0};
        for (int shift = 0; shift < 32; shift += 8) {
            out.push_back(static_cast<char>(position >> shift));
        }
    }
}

/// In reverse: new_revid folds them into a list from its front.
bool append_attachments(std::string& out, const std::vector<Attachment>& attachments) {
    if (!attachments.empty()) {
        out.push_back(list_tag);
        append_32(out, static_cast<std::uint32_t>(attachments.size()));
    }
    for (auto it = attachments.rbegin(); it != attachments.rend(); ++it) {
        if (it->md5.empty()) return false;
        out += {tuple_tag, 3};
        append_binary(out, it->name);
        append_binary(out, it->type);
        append_binary(out, it->md5);
    }
    out.push_back(nil_tag);
    return true;
}

}   // namespace

std::string md5(std::string_view bytes) {
    Md5& hash = hasher();
    hash.begin();
    hash.add(bytes);
    return hash.end();
}

std::optional<Revision> next_revision(const Revision* parent, const Content& content) {
    using namespace std::string_view_literals;
    const std::uint32_t before = parent ? parent->position() : 0;
    SIM_ASSERT(before < UINT32_MAX);
    std::string head("\x83\x6C\0\0\0\5\x64"sv);   // Version, a list of five, an atom.
    head += content.deleted ? "\0\4true"sv : "\0\5false"sv;
    append_position(head, before);
    if (parent) {
        append_binary(head, parent->id());
    } else {
        append_position(head, 0);
    }
    std::string tail;
    if (!append_attachments(tail, content.attachments)) return {};
    tail.push_back(nil_tag);
    Md5& hash = hasher();
    hash.begin();
    hash.add(head);
    hash.add(content.body.bytes());
    hash.add(tail);
    return Revision(before + 1, hash.end());
}

}   // namespace glasshive::store
