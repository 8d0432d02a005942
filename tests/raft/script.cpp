#include "raft/script.h"

#include <algorithm>
#include <stdexcept>

#include "raft/describe.h"

namespace glasshive::test {

namespace {
using raft::to_text;

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

/// "name=7" gives 7.
std::uint64_t value_of(const std::string& word) {
    const auto at = word.find('=');
    if (at == std::string::npos) wrong("a value for " + word);
    return std::stoull(word.substr(at + 1));
}

bool begins(const std::string& word, const std::string& name) {
    return word.compare(0, name.size(), name) == 0;
}
}   // namespace

std::string Script::command(const std::string& line) {
    out_.clear();
    Words words(line);
    std::string verb;
    words >> verb;
    try {
        if (verb != "option" && verb != "cluster" && cluster_ == nullptr) wrong("no cluster yet");
        if (!set_up(verb, words) && !act(verb, words) && !disturb(verb, words) &&
            !watch(verb, words)) {
            wrong("no command is called " + verb);
        }
        if (cluster_ != nullptr) cluster().settle();   // A fast disk takes no time.
    } catch (const std::exception& problem) {
        out_ += "error: " + line + ": " + problem.what() + "\n";
    }
    return out_;
}

// --- Words ---------------------------------------------------------------------------------------

MemberId Script::read_member(Words& words) {
    std::uint32_t number = 0;
    if (!(words >> number) || !cluster().exists(member(number))) wrong("which member?");
    return member(number);
}

std::vector<MemberId> Script::read_members(Words& words) {
    std::vector<MemberId> found;
    for (std::uint32_t number = 0; words >> number;) found.push_back(member(number));
    words.clear();
    return found;
}

std::int64_t Script::read_time(Words& words) {
    std::int64_t number = 0;
    std::string unit;
    if (!(words >> number >> unit) || (unit != "s" && unit != "ms")) wrong("how long?");
    return unit == "s" ? number * 1000 : number;
}

// --- Setting up ----------------------------------------------------------------------------------

bool Script::set_up(const std::string& verb, Words& words) {
    if (verb == "option") {
        options(words);
    } else if (verb == "cluster") {
        begin(words);
    } else if (verb == "log") {
        write_log(words);
    } else if (verb == "hard") {
        write_hard(words);
    } else if (verb == "timeout") {
        const MemberId id = read_member(words);
        std::uint32_t ticks = 0;
        if (!(words >> ticks) || ticks < options_.election_ticks) wrong("10 ticks or more");
        cluster().timeouts[id] = ticks;
    } else {
        return false;
    }
    return true;
}

void Script::options(Words& words) {
    for (std::string word; words >> word;) {
        if (begins(word, "snapshot=")) options_.snapshot_interval = value_of(word);
        else if (begins(word, "keep=")) options_.keep_for_slow_followers = value_of(word);
        else if (begins(word, "window=")) options_.inflight_max = value_of(word);
        else if (begins(word, "append="))
            options_.append_max = Bytes{static_cast<std::int64_t>(value_of(word))};
        else if (word == "early") options_.send_while_writing = true;
        else wrong("no option is called " + word);
    }
}

void Script::begin(Words& words) {
    std::uint32_t count = 0;
    std::string more;
    words >> count >> more;
    if (count == 0) wrong("how many members?");
    cluster_ = std::make_unique<Cluster>(options_);
    first_.clear();
    written_.clear();
    cluster().on_output = [this](MemberId id, const Output& output) { heard(id, output); };
    for (std::uint32_t i = 1; i <= count; ++i) first_.push_back(member(i));
    for (const MemberId id : first_) {
        cluster().timeouts[id] = 9 + id.value;
        cluster().add(id, Saved::genesis(first_));
    }
    if (more == "stopped") return;
    for (const MemberId id : first_) cluster().start(id);
    if (!begins(more, "leader=")) return;
    const auto told = std::exchange(told_, {});
    cluster().step(member(static_cast<std::uint32_t>(value_of(more))), Campaign{});
    cluster().run(20);
    told_ = told;
}

void Script::write_log(Words& words) {
    std::uint32_t number = 0;
    char colon = 0;
    words >> number >> colon;
    if (colon != ':' || cluster().running(member(number))) wrong("log K: TERM..., K stopped");
    Persist order;
    order.hard = cluster().disk(member(number)).hard;
    Position at = cluster().disk(member(number)).last();
    for (Term term = 0; words >> term;) {
        at = {term, at.index + 1};
        PayloadPtr& payload = written_[at];
        if (payload == nullptr) {
            payload = std::make_shared<const Command>(std::to_string(at.term) + "." +
                                                      std::to_string(at.index));
        }
        order.entries.push_back({at, Entry::Kind::data, payload, {}});
    }
    order.hard.term = std::max(order.hard.term, at.term);
    Saved saved = cluster().disk(member(number));
    saved.write(order);
    cluster().forget(member(number));
    cluster().add(member(number), saved);
}

void Script::write_hard(Words& words) {
    const MemberId id = read_member(words);
    Saved saved = cluster().disk(id);
    for (std::string word; words >> word;) {
        if (begins(word, "term=")) saved.hard.term = value_of(word);
        else if (begins(word, "vote="))
            saved.hard.voted_for = member(static_cast<std::uint32_t>(value_of(word)));
        else if (begins(word, "commit=")) saved.hard.commit = value_of(word);
        else wrong("term=, vote= or commit=");
    }
    cluster().forget(id);
    cluster().add(id, saved);
}

// --- Acting --------------------------------------------------------------------------------------

bool Script::act(const std::string& verb, Words& words) {
    if (verb == "start") {
        const std::vector<MemberId> named = read_members(words);
        std::string all;
        words >> all;
        const auto ids = all == "all" ? cluster().ids() : named;
        for (const MemberId id : ids) cluster().start(id);
    } else if (verb == "run") {
        std::string rest;
        std::getline(words, rest);
        const auto unit = rest.find_first_of("ms");
        if (unit == std::string::npos) wrong("how long?");
        Words spaced(rest.substr(0, unit) + " " + rest.substr(unit));
        cluster().run(read_time(spaced));
    } else if (verb == "propose") {
        propose(words);
    } else if (verb == "add" || verb == "remove" || verb == "transfer") {
        change(verb, words);
    } else if (verb == "campaign") {
        cluster().step(read_member(words), Campaign{});
    } else if (verb == "force_new_cluster") {
        cluster().force_new_cluster(read_member(words));
    } else {
        return false;
    }
    return true;
}

void Script::propose(Words& words) {
    const MemberId to = read_member(words);
    for (std::string text; words >> text;) {
        cluster().step(to, Propose{++requests_, std::make_shared<const Command>(text)});
    }
}

void Script::change(const std::string& verb, Words& words) {
    std::uint32_t first = 0, second = 0;
    std::string between;
    if (!(words >> first >> between >> second)) wrong("which members?");
    if (verb == "transfer") {
        return cluster().step(member(first), Transfer{++requests_, member(second)});
    }
    if (verb == "add" && !cluster().exists(member(first))) {
        cluster().timeouts[member(first)] = 9 + first;
        cluster().add(member(first), Saved::genesis(first_));
        cluster().start(member(first));
    }
    const auto kind = verb == "add" ? Change::Kind::add : Change::Kind::remove;
    cluster().step(member(second), ProposeChange{++requests_, {kind, member(first)}});
}

// --- Disturbing ----------------------------------------------------------------------------------

bool Script::disturb(const std::string& verb, Words& words) {
    if (verb == "crash") {
        crash(words);
    } else if (verb == "partition") {
        partition(words);
    } else if (verb == "cut") {
        std::uint32_t from = 0, to = 0;
        char arrow = 0;
        if (!(words >> from >> arrow >> to) || arrow != '>') wrong("cut 1 > 2");
        cluster().cut(member(from), member(to));
    } else if (verb == "heal") {
        cluster().heal();
    } else if (verb == "hold") {
        std::string on;
        words >> on;
        cluster().hold_messages(on == "on");
    } else if (verb == "deliver" || verb == "drop") {
        move(verb, words);
    } else if (verb == "disk") {
        const MemberId id = read_member(words);
        std::string rest;
        std::getline(words, rest);
        const auto unit = rest.find_first_of("ms");
        if (rest == " hangs") return cluster().set_disk(id, -1), true;
        if (unit == std::string::npos) wrong("disk K 3s, or disk K hangs");
        Words spaced(rest.substr(0, unit) + " " + rest.substr(unit));
        cluster().set_disk(id, read_time(spaced));
    } else {
        return false;
    }
    return true;
}

void Script::crash(Words& words) {
    const std::vector<MemberId> ids = read_members(words);
    std::string keeping;
    std::size_t kept = 0;
    words >> keeping >> kept;
    for (const MemberId id : ids) cluster().crash(id, kept);
}

void Script::partition(Words& words) {
    std::vector<std::vector<MemberId>> groups(1);
    for (std::string word; words >> word;) {
        if (word == "|") groups.emplace_back();
        else groups.back().push_back(member(static_cast<std::uint32_t>(std::stoul(word))));
    }
    cluster().partition(groups);
}

/// Those in transit at the beginning only: what they set off waits in its turn.
void Script::move(const std::string& verb, Words& words) {
    std::string from;
    char arrow = 0;
    std::uint32_t to = 0;
    words >> from;
    const bool all = from == "all";
    if (!all && (!(words >> arrow >> to) || arrow != '>')) wrong(verb + " 1 > 2, or all");
    std::size_t left = cluster().transit().size();
    std::size_t place = 0;
    while (left-- > 0) {
        const Message& message = cluster().transit().at(place);
        const bool meant = all || (to_text(message.from) == from && message.to == member(to));
        if (!meant) {
            ++place;
        } else if (verb == "drop") {
            cluster().drop(place);
        } else {
            cluster().deliver(place);
            cluster().settle();
        }
    }
}

}   // namespace glasshive::test
