#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/replicate/request.h"

namespace glasshive::store::replicate {

/// The number of the rule by which ids are made; it stands in checkpoints.
inline constexpr int replication_id_version = 4;

/// What a replication is called: the same question from the same server has the same checkpoint,
/// whatever the passwords are. 32 hex digits.
/// `filter_code`: of a filter in a design document, as it stands there without the white space
/// around it; required then.
/// Differs: a bare name stands as {local, Name}, which CouchDB 3 has no rule for.
/// Source: couch_replicator_ids:replication_id/2, MD5 over the external term of its list.
std::string replication_id(std::string_view server_uuid, const ReplicationRequest& request,
                           const std::optional<std::string>& filter_code = {});
/// The external term that is hashed, with the byte of its version.
std::string replication_term(std::string_view server_uuid, const ReplicationRequest& request,
                             const std::optional<std::string>& filter_code = {});
/// "+continuous", "+create_target", or both: behind the id in the name of the job.
std::string job_suffix(const ReplicationOptions& options);

/// Whether its id needs the code of a design document's filter, which is the source's.
bool needs_filter_code(const ReplicationRequest& request);

}   // namespace glasshive::store::replicate
