#include "viewer/model/sources.h"

#include <algorithm>

#include "viewer/model/timeline_rows.h"

namespace glasshive::viewer {

namespace {

constexpr std::size_t lines_max = 100'000;
constexpr int causes_max = 64;

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size() && lines.size() < lines_max;) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line(text.substr(at, end - at));
        for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t'))
            line.replace(tab, 1, "    ");
        std::replace_if(
            line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; },
            ' ');
        lines.push_back(std::move(line));
        at = end + 1;
    }
    return lines;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool comment(std::string_view line) {
    line = trimmed(line);
    return !line.empty() && line.front() == '#';
}

template <class Matches>
std::optional<SourceLine> first_line(const std::vector<SourceFile>& files, Matches&& matches) {
    for (std::size_t file = 0; file < files.size(); ++file) {
        for (std::size_t line = 0; line < files[file].lines.size(); ++line) {
            if (!comment(files[file].lines[line]) && matches(files[file].lines[line]))
                return SourceLine{file, line};
        }
    }
    return std::nullopt;
}

/// An event with its fields as text, as the fold of a chain needs it.
struct Link final : EventSink {
    explicit Link(const Glass& of) : glass(of) {}
    const Glass& glass;
    const EventKind* kind = nullptr;
    Event event;
    std::string text;
    void on_event(const Event& seen, std::string_view said) override {
        event = seen;
        text = said;
        kind = glass.recording().registry().find(seen.kind);
    }
    std::int64_t number(std::string_view field) const {
        for (std::size_t i = 0; i < kind->field_count(); ++i) {
            if (kind->fields[i].name == field) return event.fields[i].integer;
        }
        return 0;
    }
};

std::optional<SourceLine> own_line(const std::vector<SourceFile>& files, const Link& link) {
    const std::string_view kind = link.kind->name;
    const auto number = static_cast<std::size_t>(std::max<std::int64_t>(0, link.number("number")));
    if (kind.substr(0, 6) == "fault.") return line_of_item(files, "faults", number);
    if (kind.substr(0, 7) == "expect.") return line_of_item(files, "expect", number);
    if (kind == "command.applied") return line_with(files, link.text);
    if (kind != "script.failed") return std::nullopt;
    const std::string_view name =
        link.glass.text(NameId{static_cast<std::uint32_t>(link.number("file"))});
    for (std::size_t file = 0; file < files.size(); ++file) {
        const std::string_view path = files[file].path;
        const auto line = static_cast<std::size_t>(link.number("line"));
        if (!name.empty() && path.size() >= name.size() &&
            path.substr(path.size() - name.size()) == name && line >= 1 &&
            line <= files[file].lines.size())
            return SourceLine{file, line - 1};
    }
    return std::nullopt;
}

}   // namespace

std::vector<SourceFile> sources_of(const Glass& glass) {
    std::vector<SourceFile> files;
    const std::string first = glass.recording().meta("scenario").value_or("");
    for (const std::string& path : glass.recording().input_files())
        files.push_back({path, lines_of(glass.recording().meta("file:" + path).value_or(""))});
    std::stable_partition(files.begin(), files.end(),
                          [&](const SourceFile& file) { return file.path == first; });
    return files;
}

std::optional<SourceLine> line_of_item(const std::vector<SourceFile>& files,
                                       std::string_view section, std::size_t number) {
    for (std::size_t file = 0; file < files.size(); ++file) {
        const auto& lines = files[file].lines;
        std::size_t at = 0;
        const std::string head = std::string(section) + ":";
        while (at < lines.size() && lines[at].substr(0, head.size()) != head) ++at;
        std::size_t indent = std::string::npos;
        std::size_t seen = 0;
        for (++at; at < lines.size(); ++at) {
            const std::size_t margin = lines[at].find_first_not_of(' ');
            if (margin == std::string::npos || comment(lines[at])) continue;
            const bool item = lines[at][margin] == '-';
            if (margin == 0 && !item) break;
            if (item && indent == std::string::npos) indent = margin;
            if (item && margin == indent && ++seen == number) return SourceLine{file, at};
        }
    }
    return std::nullopt;
}

std::optional<SourceLine> line_with(const std::vector<SourceFile>& files, std::string_view text) {
    text = trimmed(text.substr(0, text.find('\n')));
    if (text.empty()) return std::nullopt;
    return first_line(
        files, [text](const std::string& line) { return line.find(text) != std::string::npos; });
}

std::optional<SourceLine> line_of_name(const std::vector<SourceFile>& files,
                                       std::string_view name) {
    if (name.empty()) return std::nullopt;
    return first_line(files, [name](const std::string& line) {
        std::size_t at = line.find("name:");
        if (trimmed(line) == std::string(name) + ":") return true;
        if (at == std::string::npos) return false;
        for (at += 5; at < line.size() && (line[at] == ' ' || line[at] == '"'); ++at) {
        }
        const std::string_view rest = std::string_view(line).substr(at);
        const bool here = rest.substr(0, name.size()) == name;
        return here &&
               (rest.size() == name.size() ||
                std::string_view(" ,}\"'#").find(rest[name.size()]) != std::string_view::npos);
    });
}

std::optional<SourceLine> line_of_event(const std::vector<SourceFile>& files, Glass& glass,
                                        EventId event) {
    std::optional<SourceLine> named;
    for (int i = 0; i < causes_max && number_of(event) != 0; ++i) {
        Link link(glass);
        glass.recording().replay(link, {.first = event, .last = event, .samples = false});
        if (link.kind == nullptr) break;
        if (const auto line = own_line(files, link)) return line;
        if (!named) {
            const std::string_view subject = glass.text(link.event.subject);
            const bool task = link.kind->subject == "task" || link.kind->subject == "container";
            named = line_of_name(files, task ? service_of(subject) : subject);
        }
        event = link.event.cause;
    }
    return named;
}

}   // namespace glasshive::viewer
