// _approx_count_distinct: HyperLogLog with 2,048 registers over SHA-1 of the key's external term.
// A part is the registers, an array of bytes.
// Source: couch_hyper.erl (hash, registers, linear counting up to 1,800). Beyond, the estimator of
// O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), section 4.
#include <openssl/evp.h>

#include <array>
#include <cmath>

#include "base/assert.h"
#include "store/json/builder.h"
#include "store/view/builtin.h"

namespace glasshive::store::view::builtin {

namespace {

constexpr int precision = 11;
constexpr std::size_t registers_count = std::size_t{1} << precision;
constexpr int rank_max = 64 - precision + 1;
using Registers = std::array<unsigned char, registers_count>;

void insert(Registers& registers, json::View key) {
    const std::string term = "\x83" + std::string(key.bytes());   // As term_to_binary begins.
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    SIM_ASSERT(EVP_Digest(term.data(), term.size(), digest, &size, EVP_sha1(), nullptr) == 1);
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | digest[i];
    const std::size_t index = bits >> (64 - precision);
    int rank = 1;
    for (std::uint64_t rest = bits << precision; rank < rank_max && (rest >> 63) == 0; rest <<= 1) {
        ++rank;
    }
    if (registers[index] < rank) registers[index] = static_cast<unsigned char>(rank);
}

/// x + x^2 + 2 x^4 + 4 x^8 + …: what empty registers stand for.
double sigma(double x) {
    if (x == 1) return INFINITY;
    double sum = x;
    double weight = 1;
    for (double before = -1; before != sum;) {
        before = sum;
        x *= x;
        sum += x * weight;
        weight += weight;
    }
    return sum;
}

/// (1 - x - the sum of (1 - x^(1/2^k))^2 / 2^k) / 3: what full registers stand for.
double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double sum = 1 - x;
    double weight = 1;
    for (double before = -1; before != sum;) {
        before = sum;
        x = std::sqrt(x);
        weight /= 2;
        sum -= (1 - x) * (1 - x) * weight;
    }
    return sum / 3;
}

constexpr double ln_2 = 0.69314718055994530942;

/// Of x > 0: additions, multiplications and divisions alone, so the same on every machine.
double natural_log(double x) {
    int exponent = 0;
    const double fraction = std::frexp(x, &exponent);   // 0.5 up to below 1.
    const double y = (fraction - 1) / (fraction + 1);
    double power = y;
    double sum = 0;
    for (int n = 1; n < 60; n += 2, power *= y * y) sum += power / n;
    return 2 * sum + exponent * ln_2;
}

double cardinality(const Registers& registers) {
    std::array<int, rank_max + 1> histogram{};
    for (const unsigned char rank : registers) ++histogram[rank];
    constexpr double m = registers_count;
    if (histogram[0] > 0) {
        constexpr double linear_max = 1800;
        const double linear = m * natural_log(m / histogram[0]);
        if (linear <= linear_max) return linear;
    }
    double z = m * tau(1 - histogram[rank_max] / m);
    for (int rank = rank_max - 1; rank >= 1; --rank) z = (z + histogram[rank]) / 2;
    z += m * sigma(histogram[0] / m);
    return m * m / (2 * ln_2 * z);
}

json::Value write(const Registers& registers) {
    json::Builder out;
    out.begin_array();
    for (const unsigned char rank : registers) out.integer(std::int64_t{rank});
    out.end_array();
    return out.take();
}

void merge(Registers& registers, json::View part) {
    std::size_t at = 0;
    for (const json::View rank : part.elements()) {
        const auto value = static_cast<unsigned char>(rank.integer().value_or(0));
        if (at < registers_count && registers[at] < value) registers[at] = value;
        ++at;
    }
}

class Distinct final : public Reducer {
  public:
    Reduced reduce(std::span<const Row> rows) override {
        Registers registers{};
        for (const Row& row : rows) insert(registers, row.key.view());
        return write(registers);
    }
    Reduced rereduce(std::span<const json::Value> parts) override {
        Registers registers{};
        for (const json::Value& part : parts) merge(registers, part.view());
        return write(registers);
    }
    json::Value finalize(const json::Value& part) const override {
        Registers registers{};
        merge(registers, part.view());
        json::Builder out;
        out.integer(static_cast<std::int64_t>(std::llround(cardinality(registers))));
        return out.take();
    }
};

}   // namespace

std::unique_ptr<Reducer> approx_count_distinct() { return std::make_unique<Distinct>(); }

}   // namespace glasshive::store::view::builtin
