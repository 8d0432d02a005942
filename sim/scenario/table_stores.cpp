#include "scenario/schema_table.h"
#include "store/spec.h"

namespace glasshive::scenario::table {

Section store() {
    const store::ClusterSpec d;
    return {
        "stores",
        "A cluster of a document store that follows CouchDB 3.5's rules: one node on each of its "
        "hosts, from the start of the run. `glasshive serve` lets real clients in.",
        {{"name", "name", d.name, "What it is called.", "orders-db"},
         {"hosts", "list of hosts", "all hosts", "Where its nodes run.", "[n1, n2, n3]"},
         {"node_name", "text", d.node_name, "What a node is called; `{}` is its host's name.",
          "\"{}@127.0.0.1\""},
         {"q", "number", std::to_string(d.q), "Shards of a database that does not say.", "8"},
         {"n", "number", std::to_string(d.n), "Copies of each shard.", "2"},
         {"admins", "map of texts", "admin: admin", "Passwords of server admins, by name.",
          "{adm: pass}"},
         {"password_rounds", "number", "600000",
          "Of PBKDF2, for passwords: few make a run with many users start sooner.", "10"},
         {"request_timeout", "duration", spelled(d.request_timeout),
          "How long a coordinator waits for a copy that says nothing ([fabric] request_timeout).",
          "10s"},
         {"sync_delay", "duration", spelled(d.sync_delay),
          "From a change to its push to the other copies ([mem3] sync_delay).", "1s"},
         {"net_tick", "duration", spelled(d.net_tick),
          "Within three quarters and five quarters of it a silent node is noticed (Erlang's "
          "net_ticktime).",
          "20s"},
         {"serialized_start", "truth", "false",
          "A client's edit goes to one copy first, and a conflict there is final (after 3.5.2).",
          "true"},
         {"databases", "list of names, or of [databases](#databases)", "none",
          "What there is from the start, beside `_users` and `_replicator`.", "[orders]"},
         {"epoch", "number", std::to_string(d.epoch), "Seconds since 1970 at the start of the run.",
          "1800000000"}},
        "stores:\n  - {name: couchdb, hosts: [n1, n2, n3], databases: [orders]}\n"};
}

Section database() {
    return {"databases",
            "A database of a store.",
            {{"name", "name", "required", "Lower case, as CouchDB wants it.", "orders"},
             {"q", "number", "the store's", "Shards.", "4"},
             {"n", "number", "the store's", "Copies of each.", "1"},
             {"partitioned", "truth", "false",
              "Documents whose ids begin alike, up to a colon, stand together.", "true"}},
            ""};
}

}   // namespace glasshive::scenario::table
