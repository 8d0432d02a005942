#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include "yaml/storage.h"

namespace glasshive::yaml {

/// Thrown out of yaml-cpp's parser once a problem is reported that makes the rest pointless.
struct Abandon {};

/// Turns yaml-cpp's events into a DocumentStorage. Reports what it dislikes and goes on; throws
/// Abandon only where going on would cost memory or stack.
class Builder final : public YAML::EventHandler {
  public:
    /// Keys written twice go to `repeated`: the document is good without them.
    Builder(DocumentStorage& storage, Diagnostics& problems, Diagnostics& repeated);

    /// The outermost value; not existing before the document ended.
    Node root() const { return root_; }
    /// The last line of the text that has anything in it, from 1.
    int last_line() const;
    /// True when a tab stands before the first character of a line: the likely cause of its
    /// trouble.
    bool indented_with_tab(int line) const;

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override;
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override;

  private:
    /// A list or map whose end has not been seen.
    struct Frame {
        Node self;
        NodeData* data = nullptr;
        std::optional<Node> key;   // Map: the key whose value comes next.
    };

    NodeData& make(Kind kind, const std::string& tag);
    Node place(NodeData& data, int line, int column, YAML::anchor_t anchor);
    void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void add(Node value);
    void weigh(NodeData& data) const;
    void check_duplicates(std::vector<Entry>& entries);
    void merge(std::vector<Entry>& entries);
    std::vector<Node> merged_maps(const Node& value);

    std::string path() const;
    void report(int line, std::string path, std::string message, std::string hint = "");
    std::string_view line_text(int line) const;
    void place_null(int& line, int& column) const;

    DocumentStorage& storage_;
    Diagnostics& problems_;
    Diagnostics& repeated_;
    std::vector<std::size_t> line_starts_;
    std::vector<Frame> frames_;
    std::vector<Node> anchors_;         // By yaml-cpp's number, which counts from 1.
    std::uint64_t aliased_values_ = 0;
    Node root_;
};

}   // namespace glasshive::yaml
