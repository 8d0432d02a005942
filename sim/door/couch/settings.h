#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "door/couch/service.h"

namespace glasshive::door::couch {

/// A key of a node's configuration and what it shall be.
struct Setting {
    std::string section{};
    std::string key{};
    std::string value{};
};

/// Sets it and lets it take effect; a password of [admins] in clear is hashed before anybody sees
/// it. Source: couch_passwords:hash_admin_passwords/1.
void set_setting(Service& service, std::size_t member, const Setting& setting);
/// It was set or erased: whoever keeps a copy of it looks again.
void setting_changed(Service& service, std::size_t member, std::string_view section,
                     std::string_view key);

}   // namespace glasshive::door::couch
