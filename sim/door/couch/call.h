#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "door/couch/problem.h"
#include "door/couch/target.h"
#include "door/http/message.h"
#include "store/cluster/cluster.h"
#include "store/json/builder.h"
#include "store/json/value.h"

namespace glasshive::door::couch {

class Service;

/// Where an answer goes: whole, or piece by piece. `drop` cuts the connection.
class Reply {
  public:
    virtual ~Reply() = default;
    virtual void answer(http::Head head, std::string body) = 0;
    virtual void begin(http::Head head) = 0;
    virtual void write(std::string piece) = 0;
    virtual void end() = 0;
    virtual void drop() = 0;
};

/// Who asks. Source: couch_db.hrl, #user_ctx.
struct UserContext {
    std::optional<std::string> name{};   ///< Nothing: nobody in particular (null).
    std::vector<std::string> roles{};
    std::string handler{};   ///< "cookie", "default"; empty: none said who it is.

    bool has_role(std::string_view role) const;
    bool is_server_admin() const { return has_role("_admin"); }
};

/// One request on its way through a node: what was asked, by whom, and the answer. It lives as long
/// as somebody will answer it.
class Call : public std::enable_shared_from_this<Call> {
  public:
    /// `wall`: seconds since 1970 when it came, for cookies and their like. Answers a
    /// target that is none itself.
    Call(Service& service, std::size_t member, http::Request request, std::int64_t wall,
         std::shared_ptr<Reply> reply);

    // --- What was asked --------------------------------------------------------------------------
    const http::Request& request() const { return request_; }
    /// HEAD is GET; X-HTTP-Method-Override is heeded.
    const std::string& method() const { return method_; }
    bool is(std::string_view method) const { return method_ == method; }
    const Target& target() const { return target_; }
    Target& target() { return target_; }
    std::string_view part(std::size_t index) const { return target_.part(index); }
    std::string database() const { return std::string(part(0)); }
    /// The path as the client asked for it, before any rewriting.
    const std::vector<std::string>& requested_path() const {
        return requested_ ? *requested_ : target_.parts;
    }
    std::string header(std::string_view name) const;
    std::int64_t wall() const { return wall_; }
    UserContext& user() { return user_; }
    const UserContext& user() const { return user_; }
    /// Of the database that the path names: a server admin, or one that `_security` names. Known
    /// once the request was let in.
    bool is_database_admin() const { return database_admin_; }
    void set_database_admin(bool is) { database_admin_ = is; }
    /// A cookie that goes out with the answer.
    void renew_cookie(std::string header) { renewed_cookie_ = std::move(header); }
    /// Whether the client takes this type; a client that says nothing takes all.
    /// Source: mochiweb_request:accepts_content_type/2.
    bool accepts(std::string_view type) const;

    /// The body, unpacked when it is gzipped. Each throws a Problem when it is not so.
    std::string body() const;
    store::json::Value body_json() const;
    store::json::Value body_object() const;
    void require_type(std::string_view type) const;
    void require_server_admin() const;
    /// Throws 405 unless the method is one of these, "GET,HEAD" as CouchDB lists them.
    void only(const std::string& methods) const;
    /// A whole number of the query; 0 when there is none. Throws for anything else.
    std::uint32_t quorum(std::string_view name) const;
    /// Of rows: a whole number of the query, or `otherwise` when there is none. Throws 400
    /// query_parse_error.
    std::size_t count(std::string_view name, std::size_t otherwise) const;

    // --- Where -----------------------------------------------------------------------------------
    Service& service() { return service_; }
    std::size_t member() const { return member_; }
    store::Node& node();
    /// Of the database that the path names, as this node knows it. Throws 404.
    const store::ShardMap& map();
    /// "http://HOST" and this path, as the client wrote HOST or a proxy says it did.
    /// Source: couch_httpd:absolute_uri/2.
    std::string absolute(const std::string& path) const;
    /// Throws 400 for the name of a JSONP function that is none.
    /// Source: couch_httpd:validate_callback/1.
    void check_callback() const;

    // --- The answer ------------------------------------------------------------------------------
    /// The value's text and a line feed.
    void json(int status, store::json::View value, std::vector<http::Header> headers = {});
    /// A text that is JSON already, likewise.
    void json_text(int status, std::string text, std::vector<http::Header> headers = {});
    /// {"ok":true}
    void ok(int status = 200);
    void bytes(int status, std::vector<http::Header> headers, std::string body);
    /// 304 and true when the client has it already. Source: chttpd:etag_respond/3.
    bool not_modified(const std::string& etag);
    void fail(const Problem& problem);
    /// Another request in this one's place, answered where this one would have been; `_rewrite`.
    /// How often that was done already says `rewrites`.
    void instead(http::Request request);
    std::size_t rewrites() const { return rewrites_; }

    /// Piece by piece. `begin_json` adds what a JSON answer has.
    void begin(int status, std::vector<http::Header> headers);
    void begin_json(std::vector<http::Header> headers = {});
    void write(std::string piece) { reply_->write(std::move(piece)); }
    void end() { reply_->end(); }
    bool begun() const { return begun_; }

    /// Called once when the client went away.
    void on_gone(std::function<void()> then) { gone_ = std::move(then); }
    void gone();

    /// Runs `work`; a Problem that it throws becomes the answer.
    template <class Work>
    void guard(Work work) {
        try {
            work();
        } catch (const Problem& problem) {
            fail(problem);
        }
    }
    /// A callback for an answer from the store, guarded, that keeps the call alive.
    template <class Work>
    auto then(Work work) {
        return [self = shared_from_this(), work = std::move(work)](const auto& answer) {
            self->guard([&] { work(answer); });
        };
    }

  private:
    friend class Service;   // Carries on what a rewritten request was before.
    /// The function that an answer calls, [chttpd] allow_jsonp; null: none.
    const std::string* callback() const;
    std::vector<http::Header> usual(std::vector<http::Header> headers) const;
    /// What a 401 tells of how to log in; a browser is sent where it can.
    void invite(Problem& problem) const;
    void count_answer(int status);

    Service& service_;
    std::size_t member_;
    http::Request request_;
    std::string method_;
    Target target_;
    std::int64_t wall_;
    UserContext user_;
    std::shared_ptr<Reply> reply_;
    std::string id_;   // X-Couch-Request-ID
    bool begun_ = false;
    std::function<void()> gone_;
    std::optional<std::vector<std::string>> requested_;
    bool database_admin_ = false;
    std::int64_t began_ns_ = 0;
    std::optional<std::string> renewed_cookie_;
    std::size_t rewrites_ = 0;
};

using CallPtr = std::shared_ptr<Call>;

/// An object written in one go: {"ok":true,"id":…}.
class ObjectText {
  public:
    ObjectText& text(std::string_view key, std::string_view value);
    ObjectText& flag(std::string_view key, bool value);
    ObjectText& number(std::string_view key, std::int64_t value);
    ObjectText& null(std::string_view key);
    /// What is JSON already.
    ObjectText& raw(std::string_view key, std::string_view json);
    ObjectText& value(std::string_view key, store::json::View value);
    std::string take() { return std::move(out_) + "}"; }

  private:
    void key(std::string_view name);
    std::string out_ = "{";
};

}   // namespace glasshive::door::couch
