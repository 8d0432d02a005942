#include "store/contrast/majority.h"

#include <utility>

#include "base/assert.h"
#include "store/contrast/events.h"

namespace glasshive::store::contrast {

namespace {

constexpr std::uint32_t tag_tick = 1;
constexpr int ticks_to_election = 10;   // raft::Options::election_ticks

const char* why_gone(raft::RoleReason why) {
    return why == raft::RoleReason::quorum_lost ? "it hears no majority" : "a later term began";
}

}   // namespace

Bytes Image::size() const {
    Bytes sum{64};
    for (const auto& [key, record] : contents) {
        sum += size_of(record) + Bytes{static_cast<std::int64_t>(key.size())};
    }
    return sum;
}

Majority::Majority(kernel::Kernel& kernel, const std::vector<Place>& places, std::size_t member,
                   const Options& options)
    : Node(kernel, places, member, options),
      tick_(options.election_timeout / ticks_to_election) {
    std::vector<raft::MemberId> voters;
    for (std::uint32_t i = 1; i <= options.copies; ++i) voters.push_back(raft::MemberId{i});
    saved_ = raft::Saved::genesis(std::move(voters));
}

void Majority::set_contents(Contents contents) {
    first_ = std::move(contents);
    contents_ = first_;
}

bool Majority::may_lack(const std::string& /*key*/) const {
    return !leads() || raft_->log().term_at(raft_->commit()) != raft_->term() ||
           raft_->applied() < raft_->commit();
}

// --- Life ----------------------------------------------------------------------------------------

void Majority::on_start() {
    if (!holds_copy()) return;
    contents_ = first_;
    if (saved_.snapshot.state) {
        contents_ = static_cast<const Image&>(*saved_.snapshot.state).contents;
    }
    ++lives_;
    auto rng = std::make_shared<kernel::Rng>(
        kernel_.rng("store/raft/" + name() + "/" + std::to_string(lives_)));
    raft_.emplace(raft::MemberId{static_cast<std::uint32_t>(member_) + 1}, saved_, raft::Options{},
                  [rng](std::uint64_t bound) { return rng->below(bound); });
    stepping_ = true;
    for (const raft::Output& output : raft_->start()) carry_out(output);
    stepping_ = false;
    drain();
    arm_tick();
    // The first one stands at once when the store is new: nobody waits for an election then.
    const bool is_new = lives_ == 1 && member_ == 0;
    if (is_new || options_.copies == 1) step(raft::Campaign{});
}

void Majority::forget() {
    raft_.reset();
    todo_.clear();
    orders_.clear();
    stepping_ = writing_ = false;
    silent_since_.clear();
    homeless_.clear();
    proposed_.clear();
    reads_.clear();
}

void Majority::arm_tick() { kernel_.after(id(), tick_, tag_tick); }

void Majority::on_own_timer(std::uint32_t, std::uint64_t) {
    std::vector<std::size_t> silent;
    for (const auto& [member, since] : silent_since_) {
        if (kernel_.now() - since >= options_.election_timeout) silent.push_back(member);
    }
    for (const std::size_t member : silent) {
        give_up_on(member);
        lost(member);
    }
    step(raft::Tick{});
    const std::set<std::uint64_t> homeless = homeless_;
    for (const std::uint64_t number : homeless) {
        if (route(number)) homeless_.erase(number);
    }
    arm_tick();
}

// --- Requests ------------------------------------------------------------------------------------

void Majority::begin(std::uint64_t number) {
    if (!holds_copy()) return forward(number, member_ % options_.copies);
    if (!route(number)) homeless_.insert(number);
}

/// False: there is nobody to turn to yet.
bool Majority::route(std::uint64_t number) {
    if (leads()) {
        if (!waiting(number)->request.writes()) return begin_read(number);
        propose(number);
        return true;
    }
    const raft::MemberId leader = raft_->leader();
    if (!leader.valid()) return false;
    forward(number, member_of(leader));
    return true;
}

void Majority::propose(std::uint64_t number) {
    auto command = std::make_shared<Command>();
    command->asker = static_cast<std::uint32_t>(member_);
    command->number = number;
    command->request = waiting(number)->request;
    proposed_.insert(number);
    step(raft::Propose{number, std::move(command)});
}

bool Majority::begin_read(std::uint64_t number) {
    if (raft_->log().term_at(raft_->commit()) != raft_->term()) return false;
    Reading& reading = reads_[number];
    reading = {.term = raft_->term(), .index = raft_->commit(), .confirmed = {member_}};
    for (std::size_t copy = 0; copy < options_.copies; ++copy) {
        if (copy != member_) tell(copy, Confirm{number, raft_->term()});
    }
    answer_reads();
    return true;
}

void Majority::answer_reads() {
    std::vector<std::uint64_t> ready;
    for (const auto& [number, reading] : reads_) {
        const bool majority = reading.confirmed.size() > options_.copies / 2;
        if (majority && raft_->applied() >= reading.index) ready.push_back(number);
    }
    for (const std::uint64_t number : ready) {
        reads_.erase(number);
        const Waiting* of = waiting(number);
        if (of == nullptr) continue;
        const auto found = contents_.find(of->request.key);
        if (found == contents_.end()) {
            finish(number, {.outcome = Answer::Outcome::missing});
        } else {
            finish(number, {.record = found->second});
        }
    }
}

void Majority::expired(std::uint64_t number) {
    const auto reading = reads_.find(number);
    if (reading != reads_.end()) {
        for (std::size_t copy = 0; copy < options_.copies; ++copy) {
            if (reading->second.confirmed.count(copy) == 0) say_silent(number, copy, "timeout");
        }
        reads_.erase(reading);
        return finish(number, {.outcome = Answer::Outcome::unavailable,
                               .why = "no majority says that " + name() + " leads still"});
    }
    if (proposed_.erase(number) > 0) {
        for (const auto& [member, since] : silent_since_) say_silent(number, member, "timeout");
        return finish(number, {.outcome = Answer::Outcome::unknown,
                               .why = "no majority has stored it yet; a later leader may keep it "
                                      "or drop it"});
    }
    homeless_.erase(number);
    finish(number, {.outcome = Answer::Outcome::unavailable,
                    .why = name() + " knows no leader: it hears no majority"});
}

Answer Majority::apply(const Command& command) {
    const Request& request = command.request;
    Record& record = contents_[request.key];
    if (record.version.counter != request.base.counter) {
        if (record.version.counter == 0) contents_.erase(request.key);
        return {.outcome = Answer::Outcome::conflict, .why = "another edit came before it"};
    }
    record = {.version = {request.base.counter + 1, command.asker},
              .body = request.body,
              .deleted = request.verb == Request::Verb::remove};
    changed(request.key);
    return {.record = {.version = record.version}};
}

void Majority::apply_all(const std::vector<raft::Entry>& entries) {
    for (const raft::Entry& entry : entries) {
        if (entry.kind != raft::Entry::Kind::data) continue;
        const auto& command = static_cast<const Command&>(*entry.payload);
        const Answer answer = apply(command);
        const bool own = command.asker == member_ && proposed_.erase(command.number) > 0;
        if (own) finish(command.number, answer);
    }
}

// --- The driver of raft::Raft --------------------------------------------------------------------

void Majority::receive(std::size_t from, const Word& word) {
    silent_since_.erase(from);
    if (!raft_) return;
    if (const auto* said = std::get_if<RaftWord>(&word.body)) return step(said->message);
    if (const auto* asks = std::get_if<Confirm>(&word.body)) {
        if (raft_->term() == asks->term) tell(from, Confirmed{asks->number});
        return;
    }
    if (const auto* yes = std::get_if<Confirmed>(&word.body)) {
        const auto reading = reads_.find(yes->number);
        if (reading == reads_.end() || reading->second.term != raft_->term()) return;
        reading->second.confirmed.insert(from);
        answer_reads();
    }
}

void Majority::lost(std::size_t member) {
    silent_since_.erase(member);
    if (raft_) step(raft::SendFailed{raft::MemberId{static_cast<std::uint32_t>(member) + 1}});
}

void Majority::step(raft::Input input) {
    todo_.push_back(std::move(input));
    if (!stepping_) drain();
}

void Majority::drain() {
    stepping_ = true;
    while (!todo_.empty() && raft_) {
        const raft::Input next = std::move(todo_.front());
        todo_.pop_front();
        for (const raft::Output& output : raft_->step(next)) carry_out(output);
    }
    stepping_ = false;
    if (raft_) answer_reads();
}

void Majority::carry_out(const raft::Output& output) {
    if (const auto* sent = std::get_if<raft::Send>(&output)) {
        const std::size_t to = member_of(sent->message.to);
        silent_since_.try_emplace(to, kernel_.now());
        tell(to, RaftWord{sent->message}, raft::size_of(sent->message) + Bytes{64});
    } else if (const auto* order = std::get_if<raft::Persist>(&output)) {
        persist(*order);
    } else if (const auto* entries = std::get_if<raft::Apply>(&output)) {
        apply_all(entries->entries);
    } else if (const auto* restore = std::get_if<raft::Restore>(&output)) {
        contents_ = first_;
        if (const auto& state = restore->snapshot.state) {
            contents_ = static_cast<const Image&>(*state).contents;
        }
        for (const auto& [key, record] : contents_) changed(key);
    } else if (const auto* wanted = std::get_if<raft::SnapshotWanted>(&output)) {
        auto image = std::make_shared<Image>();
        image->contents = contents_;
        todo_.push_back(raft::SnapshotTaken{
            {.at = wanted->at, .membership = wanted->membership, .state = std::move(image)}});
    } else if (const auto* role = std::get_if<raft::RoleChange>(&output)) {
        said(*role);
    } else if (const auto* refused = std::get_if<raft::Refused>(&output)) {
        proposed_.erase(refused->request);
        finish(refused->request,
               {.outcome = Answer::Outcome::unavailable, .why = name() + " leads no more"});
    }
}

void Majority::persist(const raft::Persist& order) {
    if (orders_.empty() && !order.sync) {
        saved_.write(order);
        todo_.push_back(raft::Persisted{order.sequence});
        return;
    }
    orders_.push_back(order);
    if (!writing_) write_next();
}

void Majority::write_next() {
    if (orders_.empty()) return;
    writing_ = true;
    Bytes bytes{128};
    for (const raft::Entry& entry : orders_.front().entries) bytes += raft::size_of(entry);
    for (const raft::Snapshot& snapshot : orders_.front().snapshot) {
        if (snapshot.state) bytes += snapshot.state->size();
    }
    force(bytes, [this] {
        const raft::Persist order = std::move(orders_.front());
        orders_.pop_front();
        writing_ = false;
        saved_.write(order);
        write_next();
        step(raft::Persisted{order.sequence});
    });
}

void Majority::said(const raft::RoleChange& change) {
    const auto term = static_cast<std::int64_t>(change.term);
    if (change.now == raft::Role::leader) {
        kernel_.emit(events::db_leader, node_name(member_),
                     {field::integer(term),
                      field::integer(static_cast<std::int64_t>(change.members.size()))});
    } else if (change.before == raft::Role::leader) {
        kernel_.emit(events::db_leader_gone, node_name(member_),
                     {field::integer(term), field::name(named(why_gone(change.why)))});
    }
}

}   // namespace glasshive::store::contrast
