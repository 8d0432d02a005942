#include "record/digest.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/text.h"

namespace glasshive::record {

static_assert(std::endian::native == std::endian::little, "canonical bytes are copied as they lie");

namespace {
constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr std::size_t record_bytes_max = 128;   // Any record without its texts.
constexpr std::uint64_t one_nan = 0x7ff8000000000000;

std::uint64_t canonical(double value) {
    return value != value ? one_nan : std::bit_cast<std::uint64_t>(value);
}
}   // namespace

struct DigestSink::Hash {
    XXH3_state_t* state = XXH3_createState();
    Hash() { XXH3_128bits_reset(state); }
    ~Hash() { XXH3_freeState(state); }
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
};

DigestSink::DigestSink(const EventRegistry& registry, const Names& names)
    : names_(names),
      hash_(std::make_unique<Hash>()),
      buffer_(new unsigned char[buffer_bytes]) {
    for (const EventKind* kind : registry.all()) {
        if (plans_.size() <= kind->id) plans_.resize(kind->id + 1U);
        KindPlan& plan = plans_[kind->id];
        plan.known = 1;
        plan.fields = static_cast<std::uint8_t>(kind->field_count());
        for (std::size_t i = 0; i < plan.fields; ++i) {
            const FieldType type = kind->fields[i].type;
            if (type == FieldType::name)
                plan.names = static_cast<std::uint8_t>(plan.names | 1U << i);
            if (type == FieldType::real)
                plan.reals = static_cast<std::uint8_t>(plan.reals | 1U << i);
        }
    }
}

DigestSink::~DigestSink() = default;

void DigestSink::drain() const {
    XXH3_128bits_update(hash_->state, buffer_.get(), used_);
    used_ = 0;
}

void DigestSink::room(std::size_t bytes) {
    if (used_ + bytes > buffer_bytes) drain();
}

template <class T>
void DigestSink::put(T value) {
    std::memcpy(buffer_.get() + used_, &value, sizeof value);
    used_ += sizeof value;
}

void DigestSink::put_bytes(std::string_view bytes) {
    room(record_bytes_max);
    put(std::uint64_t{bytes.size()});
    drain();
    XXH3_128bits_update(hash_->state, bytes.data(), bytes.size());
}

std::uint32_t DigestSink::mention(NameId name) {
    if (!name.valid()) return 0;
    if (mentions_.size() <= name.index()) mentions_.resize(name.index() + 1, 0);
    std::uint32_t& number = mentions_[name.index()];
    if (number == 0) {
        number = ++mentioned_;
        room(record_bytes_max);
        put(std::uint8_t{3});
        put_bytes(names_.text(name));
    }
    return number;
}

void DigestSink::on_event(const Event& event, std::string_view text) {
    SIM_ASSERT(event.kind < plans_.size());
    const KindPlan plan = plans_[event.kind];
    SIM_ASSERT(plan.known == 1);
    const std::uint32_t subject = mention(event.subject);
    std::uint64_t fields[event_fields_max];
    for (std::size_t i = 0; i < plan.fields; ++i) {
        const std::uint64_t raw = static_cast<std::uint64_t>(event.fields[i].integer);
        if ((plan.names >> i & 1U) != 0) {
            fields[i] = mention(NameId{static_cast<std::uint32_t>(raw)});
        } else {
            fields[i] = (plan.reals >> i & 1U) != 0 ? canonical(event.fields[i].real) : raw;
        }
    }
    room(record_bytes_max);
    put(std::uint8_t{1});
    put(event.kind);
    put(ns_of(event.time));
    put(number_of(event.cause));
    put(subject);
    std::memcpy(buffer_.get() + used_, fields, 8U * plan.fields);
    used_ += 8U * plan.fields;
    if (event.has_text != 0) put_bytes(text);
}

void DigestSink::on_sample(const Sample& sample) {
    const std::uint32_t series = mention(sample.series);
    const std::uint32_t subject = mention(sample.subject);
    room(record_bytes_max);
    put(std::uint8_t{2});
    put(ns_of(sample.time));
    put(series);
    put(subject);
    put(canonical(sample.value));
}

std::string DigestSink::digest() const {
    drain();
    XXH128_canonical_t canonical_bytes;
    XXH128_canonicalFromHash(&canonical_bytes, XXH3_128bits_digest(hash_->state));
    return hex_text(
        {reinterpret_cast<const char*>(canonical_bytes.digest), sizeof canonical_bytes.digest});
}

}   // namespace glasshive::record
