#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glasshive::yaml {

/// What a value is in the file. `null` is `~`, `null` or nothing after the colon.
enum class Kind { null, scalar, list, map };

/// For messages: "nothing", "a text", "a list", "a map".
std::string_view to_text(Kind kind);

/// The bounds a file must keep. Far above any honest file, far below what harms the machine.
inline constexpr std::size_t file_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t line_bytes_max = std::size_t{1} << 20;
inline constexpr int depth_max = 100;                      ///< Lists and maps inside one another.
inline constexpr std::size_t alias_values_max = 1'000'000;   ///< Values that aliases may repeat.

struct Entry;
struct NodeData;

/// One value of a Document, with the place where it is written. Immutable.
///
/// A Node is a reference of 16 bytes: copy it freely, but keep a copy of its Document.
/// A value written as `*alias` carries the place of the alias; the values inside it carry their
/// own.
class Node {
  public:
    /// No value at all: what find() returns for a key that is not there. Behaves as null, line 0.
    Node() = default;
    Node(const NodeData* data, int line, int column) : data_(data), line_(line), column_(column) {}

    bool exists() const { return data_ != nullptr; }
    Kind kind() const;
    bool is_null() const { return kind() == Kind::null; }
    bool is_scalar() const { return kind() == Kind::scalar; }
    bool is_list() const { return kind() == Kind::list; }
    bool is_map() const { return kind() == Kind::map; }

    /// A scalar exactly as written, quotes and escapes resolved: `on`, `1.0`, `08` stay what they
    /// are. Empty for every other kind.
    const std::string& text() const;
    /// True for a scalar without quotes (and not a `|` or `>` block): `5`, but not `"5"`.
    bool is_plain() const;
    /// An explicit tag such as "tag:yaml.org,2002:str"; "" when none is written.
    const std::string& tag() const;

    /// Number of items or entries; 0 for null and scalars.
    std::size_t size() const;
    /// The items of a list in order; empty for other kinds.
    std::span<const Node> items() const;
    /// The entries of a map as written, those of a `<<` in its place; empty for other kinds.
    std::span<const Entry> entries() const;
    /// The value of a key of a map; a Node that does not exist when there is none.
    Node find(std::string_view key) const;

    int line() const { return line_; }       ///< 1-based; 0 when the value does not exist.
    int column() const { return column_; }   ///< 1-based, in bytes.
    /// The file's name as handed to parse(); "" when the value does not exist.
    const std::string& file() const;

    /// For the reader's own use. Equal for two aliases of one anchor.
    const NodeData* data() const { return data_; }

  private:
    const NodeData* data_ = nullptr;
    int line_ = 0;
    int column_ = 0;
};

/// A key and its value. Keys are always scalars.
struct Entry {
    Node key;
    Node value;
};

struct DocumentStorage;

/// A parsed file. Owns every value; copies share one storage.
class Document {
  public:
    Document(std::shared_ptr<const DocumentStorage> storage, Node root)
        : storage_(std::move(storage)), root_(root) {}

    /// The outermost value; null, at line 1, for a file with nothing in it.
    const Node& root() const { return root_; }
    /// The file's name as handed to parse().
    const std::string& file() const;
    /// The text that was parsed, without its byte order mark.
    const std::string& text() const;
    /// For the reader's own use.
    const std::shared_ptr<const DocumentStorage>& storage() const { return storage_; }

  private:
    std::shared_ptr<const DocumentStorage> storage_;
    Node root_;
};

/// Parses one YAML document. Never throws; whatever is wrong with the text is a Diagnostic.
///
/// Beyond YAML's syntax these are errors: a key written twice in one map (both lines are named), a
/// key that is not a scalar, a second document, NUL bytes, text that is not UTF-8, a value that
/// contains itself, and more than depth_max, alias_values_max, line_bytes_max or
/// file_bytes_max. `<<` merges a map or a list of
/// maps: keys written out win, then earlier maps (yaml.org/type/merge.html).
Result<Document> parse(std::string text, std::string file_name);
/// The same for a reader that has more to say about the file: keys written twice are put into
/// `repeated`, the first of each counts, and only what leaves nothing to read ends it. When it
/// fails its problems are complete.
Result<Document> parse(std::string text, std::string file_name, Diagnostics& repeated);

/// Reads and parses a file. A missing or unreadable file and a folder are Diagnostics.
Result<Document> read_file(const std::string& path);

}   // namespace glasshive::yaml
