#include "store/mango/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace glasshive::store::mango {

namespace {

constexpr std::uint32_t steps_max = 1'000'000;
constexpr std::uint32_t depth_max = 10'000;

class Compiled final : public Regex {
  public:
    explicit Compiled(pcre2_code* code)
        : code_(code),
          found_(pcre2_match_data_create(1, nullptr)),
          context_(pcre2_match_context_create(nullptr)) {
        pcre2_set_match_limit(context_, steps_max);
        pcre2_set_depth_limit(context_, depth_max);
    }
    ~Compiled() override {
        pcre2_match_context_free(context_);
        pcre2_match_data_free(found_);
        pcre2_code_free(code_);
    }
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;

    bool matches(std::string_view text) const override {
        return pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0,
                           found_, context_) >= 0;
    }

  private:
    pcre2_code* code_;
    pcre2_match_data* found_;
    pcre2_match_context* context_;
};

}   // namespace

std::shared_ptr<const Regex> compile_regex(std::string_view pattern) {
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     PCRE2_NEVER_BACKSLASH_C, &error, &at, nullptr);
    if (code == nullptr) return nullptr;
    return std::make_shared<const Compiled>(code);
}

}   // namespace glasshive::store::mango
