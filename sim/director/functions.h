#pragma once

#include <string>
#include <vector>

#include "script/binding.h"

namespace glasshive::director {

/// What a scenario's script may call. Order is that of docs/reference/lua.md.
enum class Do {
    now,
    sleep,
    at,
    every,
    spawn,
    wait_until,
    wait_for,
    on,
    docker,
    http_get,
    expect,
    note,
    sample,
    service,
    services,
    node,
    nodes,
    tasks,
    store_get,
    store_put,
    store_post,
    store_delete,
    store_act,
    store_copies,
    store_differing,
};
const script::FunctionInfo& info_of(Do what);
/// fault.KIND{…} of one kind: "power_off".
script::FunctionInfo fault_info(const char* name);

/// The part of docs/reference/lua.md about scenario scripts.
std::string reference();

}   // namespace glasshive::director
