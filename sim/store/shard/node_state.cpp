#include "store/shard/node_state.h"

namespace glasshive::store {

std::optional<Maintenance> parse_maintenance(std::string_view word) {
    if (word == "false") return Maintenance::off;
    if (word == "true") return Maintenance::on;
    if (word == "nolb") return Maintenance::nolb;
    return {};
}

}   // namespace glasshive::store
