#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "kernel/process.h"
#include "swarm/protocol.h"
#include "swarm/spec.h"

/// What travels between daemons to make the routing mesh work.
namespace glasshive::swarm::discovery {

/// One task that may be sent requests, as its own node announces it (libnetwork's endpoint table).
struct Record {
    TaskId task{};
    NameId subject;                              ///< service.slot.taskid.
    NameId service;
    std::shared_ptr<const ServiceSpec> spec;     ///< For its published ports.
};

/// Everything one node announces. NetworkDB sends one entry per message; the whole (short) list
/// says the same, and the newest list wins whatever was lost before it.
struct HostRecords final : kernel::MessageBody {
    HostId host;
    ProcessId daemon;
    std::uint32_t incarnation = 0;               ///< Raised by a boot and by refuting a suspicion.
    std::uint32_t sequence = 0;                  ///< Raised by each change.
    std::vector<Record> records;                 ///< Sorted by task.
};

/// One watcher's whole view, for bulk sync.
struct Table final : kernel::MessageBody {
    struct Row {
        std::shared_ptr<const HostRecords> records;
        bool failed = false;
    };
    std::vector<Row> rows;                       ///< Sorted by host.
    std::uint64_t digest = 0;
};

/// Message::type of datagrams between daemons.
enum class GossipMessage : std::uint16_t {
    records = 200,   ///< Body HostRecords.
    ping,            ///< [a: 0, or who asked for an indirect probe + 1; b: nonce]
    ack,             ///< [a: who answers | (who asked + 1) << 32; b: nonce]
    ping_request,    ///< Probe for me [a: host to probe; b: nonce].
    suspect,         ///< [a: host; b: incarnation]
    dead,            ///< [a: host; b: incarnation]
    join,    ///< I believed you dead in incarnation b, or know nothing of you (0) [a: host].
    sync,    ///< My view's digest [a].
    table,   ///< Body Table [a: 1 when it answers a table].
};

}   // namespace glasshive::swarm::discovery
