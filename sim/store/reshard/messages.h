#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "kernel/process.h"
#include "store/reshard/job.h"

namespace glasshive::store::reshard {

/// Between resharders. `a` and `b` as Scatter wants them.
enum class ReshardMessage : std::uint16_t {
    ask = 480,   ///< ReshardRequest
    told,        ///< ReshardReply
    failed,      ///< Never: a node that runs answers.
};

/// What a node is asked about its jobs; mem3_reshard.erl, mem3_reshard_dbdoc.erl.
struct ReshardRequest final : kernel::MessageBody {
    enum class Kind : std::uint8_t {
        list,         ///< All its jobs, and whether splitting is switched on there.
        start,        ///< Split `shard`, which is on that node.
        stop,         ///< Job `id`.
        resume,       ///< Job `id`.
        remove,       ///< Job `id`.
        switch_on,    ///< Splitting as a whole.
        switch_off,   ///< Ditto.
        update_map,   ///< `shard` of `node` is split: edit the map, and tell all nodes.
    };
    Kind kind = Kind::list;
    std::string shard{};
    std::string node{};
    std::string id{};
    std::string reason{};
};

struct ReshardReply final : kernel::MessageBody {
    std::string error{};   ///< Empty: it is done. "not_found": no such job here.
    std::string id{};      ///< Of the job that was started.
    bool stopped = false;
    std::optional<std::string> reason{};
    std::vector<SplitJob> jobs{};
};

/// On the wire; choices of the model, as quorum's.
inline constexpr Bytes reshard_bytes{256};

}   // namespace glasshive::store::reshard
