#include "store/reshard/job.h"

#include <openssl/evp.h>

#include <array>

#include "base/assert.h"
#include "store/shard/shard_map.h"

namespace glasshive::store::reshard {

std::string_view text_of(Step step) {
    constexpr std::array<std::string_view, 11> texts{
        "new",     "initial_copy",    "topoff1",         "build_indices",
        "topoff2", "copy_local_docs", "update_shardmap", "wait_source_close",
        "topoff3", "source_delete",   "completed"};
    return texts[static_cast<std::size_t>(step)];
}

std::string_view text_of(JobState state) {
    constexpr std::array<std::string_view, 5> texts{"new", "running", "stopped", "completed",
                                                    "failed"};
    return texts[static_cast<std::size_t>(state)];
}

Step next(Step step) {
    SIM_ASSERT(step != Step::completed);
    return static_cast<Step>(static_cast<std::uint8_t>(step) + 1);
}

Step restart(Step step) {
    switch (step) {
        case Step::made:
        case Step::initial_copy: return Step::initial_copy;
        case Step::topoff1:
        case Step::build_indices:
        case Step::topoff2:
        case Step::copy_local_docs: return Step::topoff1;
        case Step::update_shardmap: return Step::update_shardmap;
        case Step::wait_source_close:
        case Step::topoff3:
        case Step::source_delete: return Step::wait_source_close;
        case Step::completed: break;
    }
    return Step::completed;
}

std::string job_id(std::string_view shard, std::string_view node) {
    constexpr std::string_view digits = "0123456789abcdef";
    const std::string text = std::string(shard) + std::string(node);
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    const int good =
        EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
    SIM_ASSERT(good == 1);
    std::string id = "001-";
    for (unsigned int i = 0; i < size; ++i) {
        id += digits[hash[i] >> 4];
        id += digits[hash[i] & 15];
    }
    return id;
}

std::vector<std::string> targets_of(std::string_view shard) {
    std::vector<std::string> targets;
    const auto name = parse_shard_name(shard);
    if (!name || name->range.begin == name->range.end) return targets;
    for (const Range& part : split_range(name->range, 2)) {
        targets.push_back("shards/" + part.text() + "/" + name->database + name->suffix);
    }
    return targets;
}

void note(SplitJob& job, Time at, std::string detail, std::size_t max) {
    job.updated = at;
    job.history.push_back({at, job.state, std::move(detail)});
    if (job.history.size() > max) job.history.erase(job.history.begin());
}

}   // namespace glasshive::store::reshard
