#include "scenario/schema_table.h"
#include "store/spec.h"

namespace glasshive::scenario::table {

namespace {

const char* const store_text =
    "A cluster of a document store that follows CouchDB 3.5's rules: one node on each of its "
    "hosts, from the start of the run. `glasshive serve` lets real clients in. Or, by `kind`, "
    "a small store of documents to compare it with, which has neither shards, passwords, "
    "queries nor replications.";

}   // namespace

Section store() {
    const store::ClusterSpec d;
    return {
        "stores",
        store_text,
        {{"kind", "`couchdb`, `2pc`, `raft`, `quorum`", "couchdb",
          "Whose rules it follows. 2pc: every write is a two-phase commit over all copies. raft: "
          "a leader with a majority. quorum: each request draws r or w copies at random, which "
          "must all answer.",
          "raft"},
         {"name", "name", "couchdb, or the kind", "What it is called.", "orders-db"},
         {"hosts", "list of hosts", "all hosts", "Where its nodes run.", "[n1, n2, n3]"},
         {"spares", "list of hosts", "none",
          "Of these, the ones whose nodes run but are no members until `store join` adds them.",
          "[n4]"},
         {"node_name", "text", d.node_name,
          "What a node is called; `{}` is its host's name. Else `raft@{}`.", "\"{}@127.0.0.1\""},
         {"q", "number", std::to_string(d.q), "Shards of a database that does not say.", "8"},
         {"n", "number", std::to_string(d.n),
          "Copies of each shard. In another kind than couchdb: of everything, on the first n "
          "hosts, by default on all.",
          "2"},
         {"r", "number", "a majority of n", "Kind quorum: copies that a read draws.", "1"},
         {"w", "number", "a majority of n", "Kind quorum: copies that a write draws.", "1"},
         {"read_repair", "truth", "false",
          "Kind quorum: a read sends the newest it met to the drawn copies that lack it.", "true"},
         {"election_timeout", "duration", spelled(d.election_timeout),
          "Kind raft: a member that hears no leader for one to two of it stands for election.",
          "300ms"},
         {"admins", "map of texts", "admin: admin", "Passwords of server admins, by name.",
          "{adm: pass}"},
         {"password_rounds", "number", "600000",
          "Of PBKDF2, for passwords: few make a run with many users start sooner.", "10"},
         {"request_timeout", "duration", spelled(d.request_timeout),
          "How long a coordinator waits for a copy that says nothing ([fabric] request_timeout). "
          "Kinds 2pc and quorum: 2s; raft: 5s and two election_timeouts.",
          "10s"},
         {"jitter", "duration", spelled(d.jitter),
          "Mean of what a message between its nodes takes beyond the latency, by chance.", "0s"},
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
         {"clients", "list of [store-clients](#store-clients)", "none",
          "Who sends requests to its nodes.", ""},
         {"replications", "list of [replications](#replications)", "none",
          "Between databases, of this store or of one further up in the file.", ""},
         {"epoch", "number", std::to_string(d.epoch), "Seconds since 1970 at the start of the run.",
          "1800000000"}},
        "stores:\n  - {name: couchdb, hosts: [node-1, node-2, node-3], databases: [orders]}\n"};
}

Section database() {
    return {"databases",
            "A database of a store.",
            {{"name", "name", "required", "Lower case, as CouchDB wants it.", "orders"},
             {"q", "number", "the store's", "Shards.", "4"},
             {"n", "number", "the store's", "Copies of each.", "1"},
             {"partitioned", "truth", "false",
              "Documents whose ids begin alike, up to a colon, stand together.", "true"},
             {"documents", "list of documents, or of [documents](#documents)", "none",
              "What is in it from the start, design documents too.", "[{_id: cart, items: 1}]"}},
            ""};
}

Section documents() {
    return {"documents",
            "Many documents of one shape. In a text `{i}` is the document's number, from 1, and "
            "`{i%7}` the rest of its division by 7; a text that is nothing else is a number.",
            {{"count", "number", "1", "How many.", "5000"},
             {"document", "document", "required", "Their shape.",
              "{_id: \"doc-{i}\", size: \"{i%10}\"}"}},
            ""};
}

Section store_client() {
    const store::ClientSpec d;
    return {
        "store-clients",
        "A client of a store: a script of `steps`, or `users` who read and edit documents at "
        "random, or both. It asks as the store's first admin. Outside the cluster its own way to a "
        "node is free and never cut; on a host (`from`) it uses that host's links and fails with "
        "it. A user's edit reads a document, adds one to its `n`, and writes it back.",
        {{"name", "name", "`<store>-client-<place>`", "Unique; shown in events.", "anna"},
         {"from", "host", "outside", "Where it is.", "laptop"},
         {"node", "hosts", "every node",
          "Whose nodes are asked: by users in turn, by steps the "
          "first one.",
          "n1"},
         {"timeout", "duration", spelled(d.timeout), "Of each request.", "10s"},
         {"steps", "list of [steps](#steps)", "none", "What it asks, and when.", ""},
         {"users", "number", "none", "How many users there are.", "5"},
         {"database", "name", "required with `users`", "What they use.", "orders"},
         {"document", "text", "doc-{i}", "The documents' ids; `{i}` is a number up to `keys`.",
          "counter"},
         {"keys", "number", "1", "How many documents there are.", "100"},
         {"writes", "fraction", "1", "Share of turns that edit; the others read.", "25%"},
         {"turns", "number", "without bound", "Of each user.", "1"},
         {"think_time", "duration", spelled(d.think_time), "Before each turn; its mean.", "100ms"},
         {"start", "duration", "0s", "No turn before.", "5s"},
         {"stop", "duration", "the end", "No turn after.", "60s"},
         {"on_conflict", "`give_up`, `retry`, `overwrite`", "retry",
          "After a 409. retry: read again, add one to what is there now. overwrite: take the "
          "newest revision, and put the value in mind over whatever it holds.",
          "give_up"},
         {"r", "number", "a majority of n", "Copies that must agree on what is read.", "1"},
         {"w", "number", "a majority of n", "Copies that must have stored an edit.", "3"}},
        "stores:\n"
        "  - name: couchdb\n"
        "    databases: [orders]\n"
        "    clients:\n"
        "      - name: anna\n"
        "        node: node-1\n"
        "        steps:\n"
        "          - {at: 5s, name: first, put: orders/cart, body: {items: 1}}\n"
        "          - {at: 6s, put: orders/cart, based_on: first, body: {items: 2}}\n"};
}

Section step() {
    return {
        "steps",
        "One HTTP request, with one of `get`, `put`, `post` and `delete`. In a path or a body "
        "`{rev of NAME}` is the revision that the step NAME was told of, and `{conflict of NAME}` "
        "the first of the `_conflicts` in its answer.",
        {{"at", "duration", "required", "When, since the start.", "20s"},
         {"name", "name", "`<client>-<place>`",
          "Unique; what expectations and `glasshive explain` call it.", "late"},
         {"get", "path", "", "Reads.", "orders/cart?conflicts=true"},
         {"put", "path", "", "Writes a document, or makes a database.", "orders/cart"},
         {"post", "path", "", "Everything else.", "orders/_find"},
         {"delete", "path", "", "Deletes.", "orders/cart"},
         {"body", "document", "none", "Of put and post, as YAML.", "{items: 2}"},
         {"based_on", "step", "none", "Gives the revision of that step's answer as `rev`.",
          "first"},
         {"r", "number", "", "Gives `r`.", "1"},
         {"w", "number", "", "Gives `w`.", "3"},
         {"node", "host", "the client's", "Whose node is asked.", "n3"}},
        ""};
}

Section replication() {
    return {
        "replications",
        "A replication that a node runs: one way, from a database into another.",
        {{"name", "name", "`<store>-replication-<place>`",
          "Unique; the id of its `_replicator` document.", "home"},
         {"at", "duration", "1s", "When it is asked for.", "5s"},
         {"source", "database", "required", "Of this store, or `STORE/DATABASE` of one further up.",
          "orders"},
         {"target", "database", "required", "Likewise.", "west/orders"},
         {"continuous", "true, false", "false", "It goes on; else it ends when all is copied.",
          "true"},
         {"create_target", "true, false", "false", "Makes the target if there is none.", "true"},
         {"by", "`document`, `request`", "document",
          "A `_replicator` document, which the cluster keeps and tries again, or a POST to "
          "`_replicate`.",
          "request"},
         {"node", "host", "the first", "Whose node is asked.", "n2"}},
        ""};
}

}   // namespace glasshive::scenario::table
