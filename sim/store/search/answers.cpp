#include "store/search/answers.h"

#include <algorithm>
#include <array>

namespace glasshive::store::search {

int status_of(std::string_view error) {
    struct Known {
        std::string_view error;
        int status;
    };
    // All of mango's that are not here, and all of a query's form, are 400.
    static constexpr std::array known{Known{"not_found", 404},
                                      Known{"invalid_index", 400},
                                      Known{"unauthorized", 401},
                                      Known{"forbidden", 403},
                                      Known{"conflict", 409},
                                      Known{"nodedown", 500},
                                      Known{"timeout", 500},
                                      Known{"error", 500},
                                      Known{"internal_error", 500},
                                      Known{"error_saving_ddoc", 500},
                                      Known{"unknown_error", 500},
                                      Known{"invalid_list_index_params", 500},
                                      Known{"invalid_value", 500},
                                      Known{"unknown_query_language", 500},
                                      Known{"unnamed_error", 500},
                                      Known{"out_of_memory", 500},
                                      Known{"not_implemented", 501},
                                      Known{"index_not_implemented", 501},
                                      Known{"internal_server_error", 500},
                                      Known{"required index service unavailable", 503}};
    const auto* at = std::find_if(known.begin(), known.end(),
                                  [&](const Known& each) { return each.error == error; });
    if (at != known.end()) return at->status;
    // What a function threw is called as it called itself: "TypeError".
    return 'A' <= error.front() && error.front() <= 'Z' ? 500 : 400;
}

Reply failure(const Refusal& refusal) {
    return {status_of(refusal.error), refusal.error, refusal.reason, {}};
}

Reply no_database() { return {404, "not_found", "Database does not exist.", {}}; }
Reply no_progress() { return {500, "nodedown", "progress not possible", {}}; }
Reply timed_out() {
    return {
        500, "timeout", "The request could not be processed in a reasonable amount of time.", {}};
}

json::Value told_json(const TellingPtr& telling, std::string_view id, const OpenedPath& path,
                      const DocumentShown& shown) {
    auto told = telling ? (*telling)(id, path) : std::optional(path);
    if (!told) return {};
    Tree tree;
    tree.merge(*told);
    return document_json(id, tree, tree.winner(), shown);
}

}   // namespace glasshive::store::search
