#include "store/document/attachments.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

namespace {

constexpr int gzip_window = 15 + 16;   // zlib.h: 16 more writes gzip's header.

std::string gzipped(std::string_view data, int level) {
    z_stream stream{};
    constexpr int memory_level = 8;   // What Erlang's zlib:deflateInit/6 is given.
    SIM_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level,
                            Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    SIM_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// Nothing when it is no gzip, or more than `most` bytes.
std::optional<std::string> gunzipped(std::string_view data, std::size_t most) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) return std::nullopt;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    std::string out;
    int status = Z_OK;
    char part[1 << 14];
    while (status == Z_OK && out.size() <= most) {
        stream.next_out = reinterpret_cast<Bytef*>(part);
        stream.avail_out = sizeof part;
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(part, sizeof part - stream.avail_out);
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || out.size() > most) return std::nullopt;
    return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// "TEXT/html ; q=1" is "text/html".
std::string plain_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (!type.empty() && is_space(type.front())) type.remove_prefix(1);
    while (!type.empty() && is_space(type.back())) type.remove_suffix(1);
    std::string plain(type);
    std::transform(plain.begin(), plain.end(), plain.begin(), lower);
    return plain;
}

/// What followed is what was announced (couch_util:check_md5/2; of the bytes as they came).
bool arrived_whole(const AttachmentGiven& given) {
    return given.md5.empty() || given.md5 == md5(given.data);
}

/// One that came zipped stays so: a digest must not change on its way.
Attachment kept(const AttachmentGiven& given, const CompressionRules& rules) {
    if (!given.zipped) return stored(given.name, given.type, given.data, rules);
    Attachment attachment{.name = given.name, .type = given.type, .md5 = md5(given.data)};
    attachment.data = json::SharedBytes::copy_of(given.data);
    attachment.encoded_length = Bytes{static_cast<std::int64_t>(given.data.size())};
    attachment.length = Bytes{given.length.value_or(attachment.encoded_length.count)};
    attachment.zipped = true;
    return attachment;
}

const Attachment* named(const Content* content, std::string_view name) {
    if (content == nullptr) return nullptr;
    for (const Attachment& attachment : content->attachments) {
        if (attachment.name == name) return &attachment;
    }
    return nullptr;
}

void member(json::Builder& out, std::string_view key, std::string_view text) {
    out.key(key);
    out.text(text);
}

void member(json::Builder& out, std::string_view key, std::int64_t number) {
    out.key(key);
    out.integer(number);
}

}   // namespace

bool CompressionRules::zips(std::string_view type) const {
    if (level == 0) return false;
    const std::string plain = plain_type(type);
    return std::any_of(types.begin(), types.end(), [&](const std::string& each) {
        if (!each.ends_with('*')) return plain == each;
        return plain.starts_with(std::string_view(each).substr(0, each.size() - 1));
    });
}

Attachment stored(std::string name, std::string type, std::string_view data,
                  const CompressionRules& rules) {
    const bool zipped = rules.zips(type);
    const std::string bytes = zipped ? gzipped(data, rules.level) : std::string(data);
    return {.name = std::move(name),
            .type = std::move(type),
            .md5 = md5(bytes),
            .data = json::SharedBytes::copy_of(bytes),
            .length = Bytes{static_cast<std::int64_t>(data.size())},
            .encoded_length = Bytes{static_cast<std::int64_t>(bytes.size())},
            .revpos = 0,
            .zipped = zipped};
}

std::string identity_of(const Attachment& attachment) {
    if (!attachment.zipped) return std::string(attachment.data.view());
    // One that came zipped is no larger than it said. If it said nothing, its packed length stands
    // for the other; then it is what deflate can make of it, 1,032 bytes of one, within reason.
    const std::int64_t packed = attachment.encoded_length.count;
    const std::int64_t bound = attachment.length == attachment.encoded_length
                                   ? std::min<std::int64_t>(packed * 1032, std::int64_t{256} << 20)
                                   : attachment.length.count;
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(0, bound));
    auto plain = gunzipped(attachment.data.view(), most);
    // What came zipped from elsewhere may be no gzip at all: then its bytes are all there is.
    return plain ? std::move(*plain) : std::string(attachment.data.view());
}

std::variant<std::vector<Attachment>, Refusal>
attachments_of(std::string_view id, const std::vector<AttachmentGiven>& given,
               const Content* before, std::optional<std::uint32_t> position,
               const CompressionRules& rules) {
    std::vector<Attachment> all;
    for (const AttachmentGiven& one : given) {
        if (one.kind != AttachmentGiven::Kind::stub) {
            SIM_ASSERT(one.kind == AttachmentGiven::Kind::in_document);
            if (!arrived_whole(one)) {
                return Refusal{"content_md5_mismatch", "Possible message corruption."};
            }
            all.push_back(kept(one, rules));
            all.back().revpos = position.value_or(one.revpos.value_or(0));
            continue;
        }
        if (before == nullptr) {
            return Refusal{"missing_stub",
                           "Previous revision missing for document " + std::string(id)};
        }
        const Attachment* const there = named(before, one.name);
        if (there == nullptr || (one.revpos && *one.revpos != there->revpos)) {
            return Refusal{"missing_stub",
                           "Invalid attachment stub in " + std::string(id) + " for " + one.name};
        }
        all.push_back(*there);
    }
    return all;
}

void print_attachments(const std::vector<Attachment>& attachments, const AttachmentsShown& shown,
                       json::Builder& out) {
    if (attachments.empty()) return;
    out.key("_attachments");
    out.begin_object();
    for (const Attachment& one : attachments) {
        out.key(one.name);
        out.begin_object();
        member(out, "content_type", one.type);
        member(out, "revpos", static_cast<std::int64_t>(one.revpos));
        if (!one.md5.empty()) member(out, "digest", "md5-" + base64(one.md5));
        if (shown.sends(one) && !shown.follows) {
            member(out, "data", base64(identity_of(one)));
        } else {
            member(out, "length", one.length.count);
            out.key(shown.sends(one) ? "follows" : "stub");
            out.boolean(true);
        }
        if (shown.encoding && one.zipped) {
            member(out, "encoding", "gzip");
            member(out, "encoded_length", one.encoded_length.count);
        }
        out.end_object();
    }
    out.end_object();
}

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');   // One more for its NUL.
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string packed;
    packed.reserve(text.size());
    std::remove_copy_if(text.begin(), text.end(), std::back_inserter(packed), is_space);
    if (packed.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < packed.size() && packed[packed.size() - 1 - padding] == '=') {
        ++padding;
    }
    // OpenSSL takes '=' anywhere.
    if (packed.find('=') < packed.size() - padding) return std::nullopt;
    std::string bytes(packed.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(packed.data()),
                                     static_cast<int>(packed.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

}   // namespace glasshive::store
