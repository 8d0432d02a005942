#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "yaml/builder.h"
#include "yaml/node.h"
#include "yaml/reader.h"
#include "yaml/storage.h"

namespace glasshive::yaml {

namespace {

/// Sees whether anything follows the first document, and parses none of it.
class SecondDocument final : public YAML::EventHandler {
  public:
    struct Found {
        int line;
        int column;
    };
    void OnDocumentStart(const YAML::Mark& mark) override {
        throw Found{mark.line + 1, mark.column + 1};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

/// True when the text has "---" at a 1-based place.
bool is_document_mark(const std::string& text, int line, int column) {
    std::istringstream lines(text);
    std::string found;
    for (int i = 0; i < line; ++i) std::getline(lines, found);
    const auto at = static_cast<std::size_t>(column - 1);
    return at < found.size() && found.compare(at, 3, "---") == 0;
}

/// A mark that ends the document. yaml-cpp accepts a quoted text that is open when the file ends in
/// a newline, but not one that meets a document mark.
std::string with_end_mark(const std::string& text) {
    return text + (text.empty() || text.back() == '\n' ? "...\n" : "\n...\n");
}

/// Runs yaml-cpp over the whole text; every problem ends up in `problems`.
Node build(DocumentStorage& storage, Diagnostics& problems, Diagnostics& repeated) {
    Builder builder(storage, problems, repeated);
    const auto report = [&](int line, std::string message, std::string hint = "") {
        problems.push_back({.file = storage.file, .line = line, .path = "",
                            .message = std::move(message), .hint = std::move(hint)});
    };
    try {
        std::istringstream in(with_end_mark(storage.text));
        YAML::Parser parser(in);
        if (parser.HandleNextDocument(builder)) {
            SecondDocument second;
            parser.HandleNextDocument(second);
        }
    } catch (const Abandon&) {
        // Reported by whoever threw.
    } catch (const SecondDocument::Found& found) {
        if (is_document_mark(storage.text, found.line, found.column)) {
            report(found.line, "a second document begins here; a file holds one",
                   "remove the --- or split the file");
        } else if (found.line > builder.last_line()) {   // At our end mark, after directives.
            report(builder.last_line(),
                   "not valid YAML: a line that begins with % is a directive and stands before the "
                   "document", "remove it, or put quotes around the text");
        } else {
            report(found.line, "not valid YAML: this text does not belong to the value before it",
                   "put quotes around a text that begins with a quote or a bracket");
        }
    } catch (const YAML::Exception& error) {
        const bool at_end = error.mark.line + 1 > builder.last_line();
        const bool open_quote = at_end && error.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
        int line = std::min(error.mark.line + 1, builder.last_line());
        if (open_quote) line = std::max(open_quote_line(storage.text), 1);
        std::string message = open_quote ? YAML::ErrorMsg::EOF_IN_SCALAR : error.msg;
        if (builder.indented_with_tab(line)) message = YAML::ErrorMsg::TAB_IN_INDENTATION;
        problems.push_back(syntax_problem(storage.file, line, message));
    } catch (const std::exception& error) {
        report(0, std::string("not valid YAML: ") + error.what());
    }
    return builder.root();
}

}   // namespace

Result<Document> parse(std::string text, std::string file_name) {
    Diagnostics repeated;
    auto document = parse(std::move(text), std::move(file_name), repeated);
    if (document.ok() && !repeated.empty()) return sorted(std::move(repeated));
    return document;
}

Result<Document> parse(std::string text, std::string file_name, Diagnostics& repeated) {
    Diagnostics problems;
    auto storage = std::make_shared<DocumentStorage>();
    storage->file = std::move(file_name);
    if (!check_text(text, storage->file, problems)) return problems;
    storage->text = std::move(text);
    Node root = build(*storage, problems, repeated);
    if (!problems.empty()) {
        problems.insert(problems.end(), repeated.begin(), repeated.end());
        return sorted(std::move(problems));
    }
    if (!root.exists() || root.is_null()) {   // yaml-cpp places an empty file's null at its end.
        NodeData& nothing = storage->nodes.emplace_back();
        nothing.storage = storage.get();
        root = Node(&nothing, 1, 1);
    }
    return Document(std::move(storage), root);
}

Result<Document> read_file(const std::string& path) {
    const auto fail = [&](std::string message) {
        return Diagnostic{.file = path, .line = 0, .path = "", .message = std::move(message),
                          .hint = ""};
    };
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail("this is a folder, not a file");
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(std::string("cannot be read: ") + std::strerror(errno != 0 ? errno : EIO));
    // One byte more than is allowed tells parse() that the file is too long, even an endless one.
    std::string text(file_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return fail("cannot be read to its end");
    text.resize(static_cast<std::size_t>(in.gcount()));
    text.shrink_to_fit();
    return parse(std::move(text), path);
}

}   // namespace glasshive::yaml
