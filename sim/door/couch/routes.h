#pragma once

#include <functional>

#include "door/couch/call.h"
#include "store/view/query.h"

/// Which handler answers what: one function for each kind of path, in one file each. All throw
/// Problems, and answer through the call, at once or later.
/// Source: chttpd_httpd_handlers.erl, chttpd_db.erl.
namespace glasshive::door::couch {

/// Somebody may ask this: find who answers.
void route(const CallPtr& call);

void welcome(const CallPtr& call);          ///< GET /
void all_databases(const CallPtr& call);    ///< /_all_dbs
void databases_info(const CallPtr& call);   ///< /_dbs_info
void uuids(const CallPtr& call);            ///< /_uuids
void up(const CallPtr& call);               ///< /_up
void membership(const CallPtr& call);       ///< /_membership
void utils(const CallPtr& call);            ///< /_utils
void reshard(const CallPtr& call);          ///< /_reshard/…
void active_tasks(const CallPtr& call);     ///< /_active_tasks
void replicate(const CallPtr& call);        ///< /_replicate
void scheduler(const CallPtr& call);        ///< /_scheduler/…
void cluster_setup(const CallPtr& call);    ///< /_cluster_setup
void node(const CallPtr& call);             ///< /_node/…

/// /db itself, and what is said of it as a whole: _security, _revs_limit, _shards, …
void database(const CallPtr& call);
bool is_database_matter(std::string_view name);
void database_matter(const CallPtr& call);
void purge(const CallPtr& call);                ///< _purge
void purged_infos(const CallPtr& call);         ///< _purged_infos
void purged_infos_limit(const CallPtr& call);   ///< _purged_infos_limit
/// GET /db as text: "{…}".
std::string info_text(const std::string& database, const store::ShardMap& map,
                      const store::InfoAnswer& info);

void document(const CallPtr& call, const std::string& id);
void local_document(const CallPtr& call, const std::string& id);
void attachment(const CallPtr& call, const std::string& id, const std::string& name);
void post_document(const CallPtr& call);   ///< POST /db
void bulk_docs(const CallPtr& call);
void bulk_get(const CallPtr& call);
void revs_diff(const CallPtr& call);   ///< and _missing_revs
void changes(const CallPtr& call);
void database_updates(const CallPtr& call);
/// _all_docs, _design_docs, _local_docs, and /queries below them.
void listing(const CallPtr& call);
/// Keeps to the limits of rows that [query_server_config] has. Throws 400 for a limit beyond them.
/// Source: couch_mrview_util:apply_limit/2.
void apply_limit(const Call& call, store::view::Query& query);
/// _local_docs: the rows, as the searcher tells of other listings.
void local_docs(const CallPtr& call, store::view::Query query,
                std::function<void(const store::search::Reply&)> then);
/// /db/_design/x/_view/y and its like; false: the path means something else.
bool design_action(const CallPtr& call);
void show(const CallPtr& call);      ///< /db/_design/x/_show/f[/id]
void update(const CallPtr& call);    ///< /db/_design/x/_update/f[/id]
void list(const CallPtr& call);      ///< /db/_design/x/_list/f[/y]/view
void rewrite(const CallPtr& call);   ///< /db/_design/x/_rewrite[/…]
void view_cleanup(const CallPtr& call);
void compact_views(const CallPtr& call);   ///< /db/_compact/x
void mango(const CallPtr& call);           ///< _find, _explain, _index
void partition(const CallPtr& call);       ///< _partition/…

}   // namespace glasshive::door::couch
