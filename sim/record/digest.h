#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"

namespace glasshive::record {

/// Boils a whole run down to 32 hex digits: equal runs have equal digests, on every machine.
///
/// What is hashed (XXH3-128, little-endian, in order of emission):
///   event:  u8 1, u16 kind, i64 time, u64 cause, u32 subject, each field its kind describes as 8
///   bytes,
///           then u64 length and bytes of its long text when it has one;
///   sample: u8 2, i64 time, u32 series, u32 subject, f64 value;
///   name:   u8 3, u64 length, bytes: before the first record that mentions it.
/// Names are numbered by first mention in this stream, 1 up (0 = no name), so that a name somebody
/// interned without an event never changes the digest. Every NaN counts as the same NaN.
/// Sees everything before any record filter: record options never change it.
class DigestSink final : public EventSink {
  public:
    /// Both must outlive the sink; the registry must know every kind that is emitted.
    DigestSink(const EventRegistry& registry, const Names& names);
    ~DigestSink() override;

    void on_event(const Event& event, std::string_view text) override;
    void on_sample(const Sample& sample) override;

    /// 32 lower-case hex digits of everything seen so far; more may follow.
    std::string digest() const;

  private:
    struct Hash;
    struct KindPlan {
        std::uint8_t known = 0;
        std::uint8_t fields = 0;
        std::uint8_t names = 0;   ///< Bit i: field i is a name.
        std::uint8_t reals = 0;   ///< Bit i: field i is a double.
    };

    std::uint32_t mention(NameId name);
    void room(std::size_t bytes);
    template <class T>
    void put(T value);
    void put_bytes(std::string_view bytes);
    void drain() const;

    const Names& names_;
    std::vector<KindPlan> plans_;
    std::vector<std::uint32_t> mentions_;   ///< By NameId; 0 = not yet.
    std::uint32_t mentioned_ = 0;
    std::unique_ptr<Hash> hash_;
    std::unique_ptr<unsigned char[]> buffer_;
    mutable std::size_t used_ = 0;
};

}   // namespace glasshive::record
