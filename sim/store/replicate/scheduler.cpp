// What a node is asked about replications, and whom it asks; the jobs are job_runner.cpp's.
#include "store/replicate/scheduler.h"

#include <zlib.h>

#include <algorithm>

#include "base/assert.h"
#include "store/json/builder.h"
#include "store/json/term.h"
#include "store/replicate/document_watch.h"
#include "store/replicate/job_runner.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/scheduler_rows.h"

namespace glasshive::store::replicate {

struct Scheduler::Asked final : kernel::MessageBody {
    enum class What : std::uint8_t { replicate, cancel, jobs, docs, tasks };
    What what = What::jobs;
    json::Value body{};
    ReplicationUser user{};
    std::string database{};   ///< Of docs.
};
struct Scheduler::Told final : kernel::MessageBody {
    ReplicateReply reply{};
    Rows rows{};
};

namespace {

enum class SchedulerMessage : std::uint16_t { ask = 460, tell };

/// Of a question or an answer on the wire, beside what is in it.
constexpr Bytes message_bytes{256};

Bytes size_of(const std::vector<json::Value>& rows) {
    Bytes size{};
    for (const json::Value& row : rows)
        size += Bytes{static_cast<std::int64_t>(row.bytes().size())};
    return size;
}

std::string text_in(json::View row, std::string_view key) {
    const auto value = row.find(key);
    return value && value->is(json::Type::text) ? std::string(value->text()) : std::string();
}

void sort_by(std::vector<json::Value>& rows, std::string_view key) {
    std::stable_sort(rows.begin(), rows.end(), [&](const json::Value& a, const json::Value& b) {
        return text_in(a.view(), key) < text_in(b.view(), key);
    });
}

/// As chttpd:error_info/1 turns it into a status.
ReplicateReply refused(const Refusal& refusal) {
    return {refusal.error == "bad_request" ? 400 : 500, error_body(refusal.error, refusal.reason)};
}

json::Value ok_body(const std::string& id) {
    json::Builder out;
    out.begin_object();
    out.key("ok");
    out.boolean(true);
    out.key("_local_id");
    out.text(id);
    out.end_object();
    return out.take();
}

}   // namespace

Scheduler::Scheduler(kernel::Kernel& kernel, const SchedulerNode& node, std::size_t own,
                     const std::vector<QuorumMember>& members, PeerResolver& resolver,
                     const SchedulerOptions& options)
    : kernel_(kernel),
      node_(node),
      own_(own),
      members_(members),
      options_(options),
      alarms_(kernel),
      channels_(members.size()) {
    const auto completed = [this](const DocumentKey& key, const json::Value& stats) {
        watch_->completed(key, stats);
    };
    runner_ = std::make_unique<JobRunner>(kernel, alarms_, members[own].node, resolver, options_,
                                          completed);
    watch_ =
        std::make_unique<DocumentWatch>(kernel, alarms_, node, own, members, *runner_, options_);
}

Scheduler::~Scheduler() = default;

void Scheduler::set_peers(std::vector<ProcessId> peers) { peers_ = std::move(peers); }

void Scheduler::on_start() {
    alarms_.set_owner(id());
    watch_->begin();
}

void Scheduler::on_stop() {
    runner_->clear();
    watch_->clear();
    alarms_.clear();
    rounds_.clear();
    std::fill(channels_.begin(), channels_.end(), ChannelId{});
}

void Scheduler::updated(const std::string& shard) {
    if (shard.empty() && kernel_.is_running(id())) watch_->look_for_databases();
}

void Scheduler::node_up(std::size_t member) {
    if (kernel_.is_running(id())) watch_->membership_changed(member, true);
}

void Scheduler::node_down(std::size_t member) {
    if (!kernel_.is_running(id())) return;
    watch_->membership_changed(member, false);
    lost(member);
}

// --- Among schedulers ----------------------------------------------------------------------------

void Scheduler::ask_all(std::shared_ptr<const Asked> what,
                        std::function<void(const std::vector<const Told*>&)> then) {
    std::vector<std::size_t> members;
    for (std::size_t member = 0; member < members_.size(); ++member) {
        if (watch_->sees(member)) members.push_back(member);
    }
    ask(members, std::move(what), std::move(then));
}

void Scheduler::ask(const std::vector<std::size_t>& members, std::shared_ptr<const Asked> what,
                    std::function<void(const std::vector<const Told*>&)> then) {
    const std::uint64_t number = next_round_++;
    Round& round = rounds_[number];
    round.then = std::move(then);
    for (const std::size_t member : members) round.told[member] = nullptr;
    for (const std::size_t member : members) {
        if (member == own_) continue;
        ChannelId& channel = channels_[member];
        if (!channel.valid() || !kernel_.is_open(channel)) {
            channel = kernel_.connect(id(), peers_.at(member));
        }
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(SchedulerMessage::ask),
                      .a = number,
                      .b = member,
                      .body = what,
                      .size = message_bytes});
    }
    const bool asks_itself = std::find(members.begin(), members.end(), own_) != members.end();
    if (!asks_itself) return;
    say(*what,
        [this, number](std::shared_ptr<const Told> told) { heard(number, own_, std::move(told)); });
}

void Scheduler::heard(std::uint64_t number, std::size_t member, std::shared_ptr<const Told> told) {
    const auto at = rounds_.find(number);
    if (at == rounds_.end()) return;
    if (told) {
        at->second.told[member] = std::move(told);
    } else {
        at->second.told.erase(member);
    }
    const auto& all = at->second.told;
    const bool waits = std::any_of(all.begin(), all.end(),
                                   [](const auto& entry) { return entry.second == nullptr; });
    if (waits) return;
    const Round round = std::move(at->second);
    rounds_.erase(at);
    std::vector<const Told*> list;
    for (const auto& [from, what] : round.told) list.push_back(what.get());
    round.then(list);
}

void Scheduler::lost(std::size_t member) {
    channels_[member] = ChannelId{};
    std::vector<std::uint64_t> waiting;
    for (const auto& [number, round] : rounds_) {
        const auto at = round.told.find(member);
        if (at != round.told.end() && at->second == nullptr) waiting.push_back(number);
    }
    for (const std::uint64_t number : waiting) heard(number, member, nullptr);
}

void Scheduler::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto at = std::find(channels_.begin(), channels_.end(), channel);
    if (at != channels_.end()) lost(static_cast<std::size_t>(at - channels_.begin()));
}

void Scheduler::on_message(const kernel::Message& message) {
    if (static_cast<SchedulerMessage>(message.type) == SchedulerMessage::tell) {
        return heard(message.a, message.b, std::static_pointer_cast<const Told>(message.body));
    }
    const auto asked = std::static_pointer_cast<const Asked>(message.body);
    say(*asked, [this, channel = message.channel, a = message.a,
                 b = message.b](std::shared_ptr<const Told> told) {
        const Bytes size = message_bytes + size_of(told->rows);
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(SchedulerMessage::tell),
                      .a = a,
                      .b = b,
                      .body = std::move(told),
                      .size = size});
    });
}

void Scheduler::say(const Asked& asked, std::function<void(std::shared_ptr<const Told>)> then) {
    const auto reply = [then](const ReplicateReply& what) {
        auto told = std::make_shared<Told>();
        told->reply = what;
        then(std::move(told));
    };
    if (asked.what == Asked::What::replicate) return replicate_here(asked, reply);
    if (asked.what == Asked::What::cancel) return cancel_here(asked, reply);
    auto told = std::make_shared<Told>();
    told->rows = own_rows(asked);
    then(std::move(told));
}

// --- _replicate ----------------------------------------------------------------------------------

/// Source: chttpd_misc:choose_node/1: the checksum of the term [Source, Target], over live nodes in
/// order of their names.
std::size_t Scheduler::chosen_for(json::View body) const {
    std::string term{static_cast<char>(131), static_cast<char>(json::term::list_tag)};
    json::term::append_32(term, 2);
    for (const std::string_view end : {"source", "target"}) {
        const auto value = body.find(end);
        if (value) {
            term += value->bytes();
        } else {
            term += static_cast<char>(json::term::atom_tag);
            term += std::string_view("\0\x09undefined", 11);
        }
    }
    term += static_cast<char>(json::term::nil_tag);
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(term.data()), static_cast<uInt>(term.size()));
    std::vector<std::size_t> live;
    for (std::size_t member = 0; member < members_.size(); ++member) {
        if (watch_->sees(member) || member == own_) live.push_back(member);
    }
    return live[sum % live.size()];
}

void Scheduler::replicate(const json::Value& body, const ReplicationUser& user,
                          Then<ReplicateReply> then) {
    auto read = read_request(body.view());   // So that a mistake is told at once.
    if (const auto* refusal = std::get_if<Refusal>(&read)) return then(refused(*refusal));
    auto asked = std::make_shared<Asked>();
    asked->body = body;
    asked->user = user;
    if (std::get<ReplicationRequest>(read).cancel) {
        asked->what = Asked::What::cancel;
        return ask_all(std::move(asked), [then](const std::vector<const Told*>& told) {
            for (const Told* one : told) {   // Whoever had it, else what all say.
                if (one->reply.status != 404) return then(one->reply);
            }
            then(told.empty() ? ReplicateReply{500, error_body("error", "badrpc")}
                              : told.front()->reply);
        });
    }
    asked->what = Asked::What::replicate;
    ask({chosen_for(body.view())}, std::move(asked), [then](const std::vector<const Told*>& told) {
        then(told.empty() ? ReplicateReply{500, error_body("error", "nodedown")}
                          : told.front()->reply);
    });
}

/// Databases of one's own server are reached with the credentials that came with the request.
/// Source: chttpd:fix_uri/3.
void Scheduler::replicate_here(const Asked& asked, Then<ReplicateReply> then) {
    auto request = std::get<ReplicationRequest>(read_request(asked.body.view(), options_.usual));
    for (Endpoint* const end : {&request.source, &request.target}) {
        if (!end->bare || asked.user.admin) continue;
        end->user = asked.user.name;
        end->roles = asked.user.roles;
    }
    runner_->find_id(request, [this, request, user = asked.user.name, then](const auto& answer) {
        if (const auto* error = std::get_if<JobError>(&answer)) {
            return then({500, error_body(error->error, error->reason)});
        }
        begin_here(request, user, std::get<std::string>(answer), then);
    });
}

/// One that runs already is joined.
void Scheduler::begin_here(const ReplicationRequest& request, const std::string& user,
                           const std::string& base_id, Then<ReplicateReply> then) {
    const std::string id = base_id + job_suffix(request.options);
    if (runner_->find(id) == nullptr) runner_->add(base_id, request, {}, user);
    if (request.options.continuous) return then({202, ok_body(id)});
    runner_->wait_for(id, std::move(then));
}

/// Source: couch_replicator:check_authorization/2.
void Scheduler::cancel_here(const Asked& asked, Then<ReplicateReply> then) {
    const auto request =
        std::get<ReplicationRequest>(read_request(asked.body.view(), options_.usual));
    const auto cancel = [this, then, user = asked.user](const std::string& id) {
        const auto* const job = runner_->find(id);
        if (job == nullptr) return then({404, error_body("not_found", "missing")});
        if (!user.admin && job->user != user.name) {
            return then({401, error_body("unauthorized", "You are not a server admin.")});
        }
        runner_->remove(id, [then, id] { then({200, ok_body(id)}); });
    };
    if (!request.id.empty()) return cancel(request.id);
    runner_->find_id(request, [request, cancel, then](const auto& answer) {
        if (const auto* error = std::get_if<JobError>(&answer)) {
            return then({500, error_body(error->error, error->reason)});
        }
        cancel(std::get<std::string>(answer) + job_suffix(request.options));
    });
}

// --- Tables --------------------------------------------------------------------------------------

Scheduler::Rows Scheduler::own_rows(const Asked& asked) const {
    const RowsOf of{members_[own_].node, kernel_.now(), options_};
    Rows rows;
    if (asked.what == Asked::What::docs) {
        for (const auto& [key, document] : watch_->documents()) {
            if (key.database != asked.database) continue;
            if (auto row = document_row(of, *runner_, key, document)) rows.push_back(*row);
        }
        return rows;
    }
    for (const auto& [id, job] : runner_->jobs()) {
        if (asked.what == Asked::What::jobs) {
            rows.push_back(job_row(of, *runner_, id, *job));
        } else if (auto row = task_row(of, *runner_, id, *job)) {
            rows.push_back(*row);
        }
    }
    return rows;
}

void Scheduler::jobs(Then<Rows> then) {
    auto asked = std::make_shared<Asked>();
    asked->what = Asked::What::jobs;
    ask_all(std::move(asked), [then](const std::vector<const Told*>& told) {
        Rows all;
        for (const Told* one : told) all.insert(all.end(), one->rows.begin(), one->rows.end());
        sort_by(all, "id");
        then(all);
    });
}

void Scheduler::tasks(Then<Rows> then) {
    auto asked = std::make_shared<Asked>();
    asked->what = Asked::What::tasks;
    ask_all(std::move(asked), [then](const std::vector<const Told*>& told) {
        Rows all;
        for (const Told* one : told) all.insert(all.end(), one->rows.begin(), one->rows.end());
        then(all);
    });
}

void Scheduler::docs(const std::string& database, const std::vector<std::string>& states,
                     Then<DocsRows> then) {
    auto asked = std::make_shared<Asked>();
    asked->what = Asked::What::docs;
    asked->database = database;
    ask_all(std::move(asked), [this, database, states, then](const std::vector<const Told*>& told) {
        merge_docs(database, states, told, then);
    });
}

/// Documents that have ended tell it themselves.
void Scheduler::merge_docs(const std::string& database, const std::vector<std::string>& states,
                           const std::vector<const Told*>& told, Then<DocsRows> then) {
    Rows live;
    for (const Told* one : told) live.insert(live.end(), one->rows.begin(), one->rows.end());
    DocsOptions options;
    options.list.bodies = true;
    node_.gatherer.all_docs(
        database, options, [database, states, live, then](const DocsAnswer& answer) {
            std::map<std::string, json::Value> by_id;
            for (const json::Value& row : live) by_id.emplace(text_in(row.view(), "doc_id"), row);
            for (const DocsAnswer::Row& row : answer.rows) {
                if (!row.found || !row.found->content) continue;
                auto ended = ended_row(database, row.key, row.found->content->body.view());
                if (ended) by_id[row.key] = *ended;
            }
            DocsRows out{.total = answer.total};
            for (const auto& [id, row] : by_id) {
                const std::string state = text_in(row.view(), "state");
                const bool wanted = states.empty() ||
                                    std::find(states.begin(), states.end(), state) != states.end();
                if (wanted) out.rows.push_back(row);
            }
            then(out);
        });
}

}   // namespace glasshive::store::replicate
