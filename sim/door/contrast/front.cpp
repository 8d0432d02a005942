#include "door/contrast/front.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "door/couch/target.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::contrast {

namespace json = store::json;
using couch::Problem;
using couch::Target;
using store::contrast::Answer;
using store::contrast::Contents;
using store::contrast::Record;
using store::contrast::Request;
using store::contrast::Version;

namespace {

/// A document's members but for its id and revision: "{\"n\":1}".
std::string stripped(json::View document) {
    std::string out = "{";
    for (const auto& [key, value] : document.members()) {
        if (key == "_id" || key == "_rev") continue;
        if (out.size() > 1) out += ",";
        json::print_text(key, out);
        out += ":";
        json::print(value, out);
    }
    return out + "}";
}

Contents first_contents(const store::ClusterSpec& spec) {
    Contents contents;
    for (const store::DatabaseSpec& database : spec.databases) {
        for (const store::DocumentSpec& document : database.documents) {
            for (std::uint64_t i = 1; i <= document.count; ++i) {
                const std::string text =
                    document.count == 1 ? document.text : store::numbered(document.text, i);
                const json::Parsed parsed = json::parse(text);
                const auto id = parsed.ok() ? parsed.value.view().find("_id") : std::nullopt;
                if (!id || !id->is(json::Type::text)) continue;   // The loader has said so.
                contents[database.name + "/" + std::string(id->text())] = {
                    .version = {1, 0}, .body = stripped(parsed.value.view())};
            }
        }
    }
    return contents;
}

std::string error_text(std::string_view error, std::string_view reason) {
    std::string out = "{\"error\":";
    json::print_text(error, out);
    out += ",\"reason\":";
    json::print_text(reason, out);
    return out + "}\n";
}

/// The number in front of the dash; the rest is for people.
Version version_of(const std::string& text) {
    Version version;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, version.counter);
    const bool whole = read.ec == std::errc{} && read.ptr != end && *read.ptr == '-';
    if (!whole || version.counter == 0 || version.counter > UINT32_MAX) {
        throw Problem{400, "bad_request", "Invalid rev format"};
    }
    return version;
}

std::uint32_t number_of(const Target& target, std::string_view key) {
    const std::string* const text = target.value(key);
    if (text == nullptr) return 0;
    const auto number = whole_number<std::uint32_t>(*text);
    if (number && *number > 0 && *number <= 1000) return *number;
    throw Problem{400, "query_parse_error", std::string(key) + " is a number from 1 on"};
}

Request request_of(const http::Request& request, const Target& target) {
    Request out;
    if (request.method == "PUT") {
        out.verb = Request::Verb::put;
    } else if (request.method == "DELETE") {
        out.verb = Request::Verb::remove;
    } else if (request.method != "GET") {
        throw Problem{405, "method_not_allowed", "Only DELETE,GET,PUT allowed"};
    }
    out.key = target.parts[0] + "/" + target.parts[1];
    out.r = number_of(target, "r");
    out.w = number_of(target, "w");
    if (const std::string* const rev = target.value("rev"); rev != nullptr && out.writes()) {
        out.base = version_of(*rev);
    }
    if (out.verb == Request::Verb::remove) out.body = "{}";
    if (out.verb != Request::Verb::put) return out;
    const json::Parsed parsed = json::parse(request.body);
    if (!parsed.ok() || !parsed.value.view().is(json::Type::object)) {
        throw Problem{400, "bad_request", "Document must be a JSON object"};
    }
    out.body = stripped(parsed.value.view());
    const auto rev = parsed.value.view().find("_rev");
    if (rev && rev->is(json::Type::text)) out.base = version_of(std::string(rev->text()));
    return out;
}

/// `id` and `rev` as JSON texts with their quotes.
std::string document_text(const std::string& id, const std::string& rev, const Record& record) {
    return "{\"_id\":" + id + ",\"_rev\":" + rev + (record.body == "{}" ? "" : ",") +
           record.body.substr(1) + "\n";
}

}   // namespace

void Listener::answer(ChannelId channel, std::uint64_t number, int status, std::string body) {
    auto message = std::make_shared<couch::WireAnswer>();
    message->head.status = status;
    message->head.headers.push_back({"Content-Type", "application/json"});
    const Bytes size{static_cast<std::int64_t>(body.size() + 128)};
    message->body = std::move(body);
    kernel_.send(id(), channel,
                 {.type = static_cast<std::uint16_t>(couch::WireMessage::answer),
                  .a = number,
                  .body = std::move(message),
                  .size = size});
}

void Listener::on_message(const kernel::Message& message) {
    if (static_cast<couch::WireMessage>(message.type) != couch::WireMessage::request) return;
    const auto& wire = static_cast<const couch::WireRequest&>(*message.body);
    try {
        serve(wire.request, message.channel, message.a);
    } catch (const Problem& problem) {
        answer(message.channel, message.a, problem.status,
               error_text(problem.error, problem.reason));
    }
}

void Listener::serve(const http::Request& asked, ChannelId channel, std::uint64_t number) {
    const Target target = couch::read_target(asked.target);
    if (target.parts.empty() || !front_.has_database(target.part(0))) {
        throw Problem{404, "not_found", "Database does not exist."};
    }
    if (target.parts.size() != 2 || target.part(1).starts_with('_')) {
        throw Problem{404, "not_found", "this store holds documents only"};
    }
    const Request request = request_of(asked, target);
    const auto then = [this, channel, number, life = life_, writes = request.writes(),
                       removes = request.verb == Request::Verb::remove,
                       id = target.parts[1]](const Answer& told) {
        if (life != life_) return;
        std::string name, revision;
        json::print_text(id, name);
        json::print_text(front_.text_of(told.record.version), revision);
        switch (told.outcome) {
            case Answer::Outcome::done: break;
            case Answer::Outcome::missing:
                return answer(channel, number, 404, error_text("not_found", "missing"));
            case Answer::Outcome::conflict:
                return answer(channel, number, 409, error_text("conflict", told.why));
            case Answer::Outcome::unavailable:
                return answer(channel, number, 503, error_text("unavailable", told.why));
            case Answer::Outcome::unknown:
                return answer(channel, number, 504, error_text("unknown", told.why));
        }
        if (writes) {
            return answer(channel, number, removes ? 200 : 201,
                          "{\"ok\":true,\"id\":" + name + ",\"rev\":" + revision + "}\n");
        }
        if (told.record.deleted) {
            return answer(channel, number, 404, error_text("not_found", "deleted"));
        }
        answer(channel, number, 200, document_text(name, revision, told.record));
    };
    front_.store().node(member_).ask(request, then);
}

Front::Front(kernel::Kernel& kernel, const store::ClusterSpec& spec,
             std::vector<store::contrast::Place> places)
    : spec_(spec),
      store_(kernel, spec_, std::move(places), first_contents(spec)) {
    for (std::size_t i = 0; i < store_.size(); ++i) {
        listeners_.emplace_back(kernel, *this, i);
        store_.attach(i, listeners_.back());
    }
}

std::string Front::text_of(const Version& version) const {
    const std::string& host =
        spec_.hosts[std::min<std::size_t>(version.member, spec_.hosts.size() - 1)];
    return std::to_string(version.counter) + "-" + host;
}

bool Front::has_database(std::string_view name) const {
    return std::any_of(spec_.databases.begin(), spec_.databases.end(),
                       [&](const auto& database) { return database.name == name; });
}

}   // namespace glasshive::door::contrast
