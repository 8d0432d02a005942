#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "script/thread.h"

namespace glasshive::director {

/// What a scenario's script acts on. Whatever cannot be understood is a script::Refusal.
class Stage {
  public:
    using Fields = script::Thread::Fields;
    virtual ~Stage() = default;

    struct Answer {
        bool hangs = false;   ///< No leader so far: ask again.
        int exit_code = 0;
        std::string printed;
    };
    /// Types a line ("docker service scale web=5") at a host, or at a terminal
    /// outside when `host` is empty. `patient`: whether it may hang.
    virtual Answer type(const std::string& line, const std::string& host, bool patient) = 0;
    /// Refuses a line that makes no sense, or a host that does not exist. Types nothing.
    virtual void check(const std::string& line, const std::string& host) const = 0;
    /// Whether what was typed has been committed.
    virtual bool settled() const = 0;
    /// Strikes now; `fault` as a scenario writes it, in JSON.
    virtual void strike(const std::string& fault) = 0;
    struct Call {
        std::string service;
        std::uint32_t port = 0;   ///< Published; 0: the service's first.
        std::string enter;        ///< The node called; empty: each in turn.
        Duration timeout = std::chrono::seconds{1};
    };
    /// Sends one request now. Gives the name of its client, which request.ok or request.failed
    /// will have as its subject.
    virtual NameId request(const Call& call) = 0;

    struct StoreCall {
        std::string store;   ///< Empty: the only one.
        std::string host;    ///< Whose node is asked; empty: the first.
        std::string method, target, body;
    };
    /// Sends one request to a node of a store, now. Gives the subject of the db.step that answers.
    virtual NameId ask_store(const StoreCall& call) = 0;
    /// "crash node-2", "split orders": as a scenario's commands, without their "store".
    virtual void operate_store(const std::string& line) = 0;
    /// Of a database of a store (empty: the only one): each file on a node's disk.
    virtual std::vector<Fields> copies(const std::string& store, const std::string& database) = 0;
    /// Documents of it whose copies differ now.
    virtual std::int64_t differing(const std::string& store, const std::string& database) = 0;

    // As the managers believe; empty: there is none of that name.
    virtual std::optional<Fields> service(const std::string& name) const = 0;
    virtual std::optional<Fields> node(const std::string& name) const = 0;
    virtual std::vector<Fields> services() const = 0;
    virtual std::vector<Fields> nodes() const = 0;
    /// Of one service, or of all when the name is empty.
    virtual std::vector<Fields> tasks(const std::string& service) const = 0;
};

}   // namespace glasshive::director
