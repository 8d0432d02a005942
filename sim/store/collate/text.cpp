#include <unicode/ucol.h>
#include <unicode/uiter.h>
#include <unicode/uversion.h>

#include <array>
#include <string>
#include <vector>

#include "base/assert.h"
#include "store/collate/collate.h"

namespace glasshive::store::collate {

namespace {

/// ICU's root collation and what it says of printable ASCII. Made once, never freed.
class Collator {
  public:
    Collator() {
        UErrorCode status = U_ZERO_ERROR;
        collator_ = ucol_open("", &status);
        SIM_ASSERT(U_SUCCESS(status) != 0);
        rank(weights_.first, UCOL_PRIMARY);
        rank(weights_.all, UCOL_TERTIARY);
        ucol_setStrength(collator_, UCOL_DEFAULT_STRENGTH);
        UVersionInfo version;
        ucol_getVersion(collator_, version);
        char text[U_MAX_VERSION_STRING_LENGTH];
        u_versionToString(version, text);
        version_ = text;
    }

    int compare(std::string_view a, std::string_view b) const {
        UCharIterator left;
        UCharIterator right;
        uiter_setUTF8(&left, a.data(), static_cast<int32_t>(a.size()));
        uiter_setUTF8(&right, b.data(), static_cast<int32_t>(b.size()));
        UErrorCode status = U_ZERO_ERROR;
        const UCollationResult result = ucol_strcollIter(collator_, &left, &right, &status);
        SIM_ASSERT(U_SUCCESS(status) != 0);
        return result == UCOL_LESS ? -1 : result == UCOL_GREATER ? 1 : 0;
    }

    /// By the table; 2 when one of the texts is not printable ASCII as far as that matters.
    int compare_ascii(std::string_view a, std::string_view b) const {
        const std::size_t both = a.size() < b.size() ? a.size() : b.size();
        int first = 0;   // The first difference of primary weights decides, ...
        int rest = 0;    // ... else the first one of all others.
        for (std::size_t i = 0; i < both; ++i) {
            const auto x = static_cast<unsigned char>(a[i]);
            const auto y = static_cast<unsigned char>(b[i]);
            if (!printable(x) || !printable(y)) return undecided;
            if (x == y || first != 0) continue;
            first = weights_.first[x] - weights_.first[y];
            if (rest == 0) rest = weights_.all[x] - weights_.all[y];
        }
        for (std::size_t i = both; i < a.size(); ++i) {
            if (!printable(static_cast<unsigned char>(a[i]))) return undecided;
        }
        for (std::size_t i = both; i < b.size(); ++i) {
            if (!printable(static_cast<unsigned char>(b[i]))) return undecided;
        }
        if (first != 0) return first < 0 ? -1 : 1;
        if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
        return rest < 0 ? -1 : rest > 0 ? 1 : 0;
    }
    const std::string& version() const { return version_; }

    static constexpr int undecided = 2;

  private:
    using Ranks = std::array<int, 128>;
    static bool printable(unsigned char c) { return 0x20 <= c && c < 0x7F; }

    /// How many printable characters are less than each at this strength.
    void rank(Ranks& ranks, UColAttributeValue strength) {
        ucol_setStrength(collator_, strength);
        for (unsigned char c = 0x20; c < 0x7F; ++c) {
            int below = 0;
            for (unsigned char other = 0x20; other < 0x7F; ++other) {
                const char pair[] = {static_cast<char>(c), static_cast<char>(other)};
                below += compare({pair + 1, 1}, {pair, 1}) < 0 ? 1 : 0;
            }
            ranks[c] = below;
        }
    }

    struct {
        Ranks first{};
        Ranks all{};
    } weights_;
    UCollator* collator_ = nullptr;
    std::string version_;
};

const Collator& collator() {
    static const Collator& only = *new Collator;
    return only;
}

}   // namespace

int compare_text_by_icu(std::string_view a, std::string_view b) { return collator().compare(a, b); }

int compare_text(std::string_view a, std::string_view b) {
    if (a == b) return 0;
    const int quick = collator().compare_ascii(a, b);
    return quick == Collator::undecided ? collator().compare(a, b) : quick;
}

std::string_view collator_version() { return collator().version(); }

}   // namespace glasshive::store::collate
