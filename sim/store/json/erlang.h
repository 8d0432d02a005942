#pragma once

#include <string>

#include "store/json/value.h"

namespace glasshive::store::json {

/// A value as Erlang's io:format writes its term, which is how it stands in some of CouchDB's
/// error texts. `plain` is ~w: texts are lists of bytes, `<<97>>`. Otherwise ~p: printable texts
/// are `<<"a">>`, arrays of printable characters are `"a"`.
/// Differs: ~p breaks lines that are longer than 80 characters, we do not.
/// Source: erlang.org/doc/apps/stdlib/io.html#format/3.
std::string erlang_text(View value, bool plain = true);

}   // namespace glasshive::store::json
