#include "store/json/shared_bytes.h"

#include <cstdlib>
#include <cstring>

#include "base/assert.h"

namespace glasshive::store::json {

SharedBytes SharedBytes::copy_of(std::string_view bytes) {
    SIM_ASSERT(bytes.size() <= UINT32_MAX);
    SharedBytes shared;
    shared.block_ = static_cast<Block*>(std::malloc(sizeof(Block) + bytes.size()));
    SIM_ASSERT(shared.block_ != nullptr);
    *shared.block_ = {1, static_cast<std::uint32_t>(bytes.size())};
    if (!bytes.empty()) std::memcpy(shared.block_ + 1, bytes.data(), bytes.size());
    return shared;
}

void SharedBytes::free_block() { std::free(block_); }

}   // namespace glasshive::store::json
