#pragma once

#include <string_view>

namespace glasshive::store::javascript {

/// The text of prelude.js; the build writes its definition.
extern const std::string_view prelude_js;

}   // namespace glasshive::store::javascript
