#include "record/export.h"

#include <fmt/format.h>

#include "record/text.h"

namespace glasshive::record {

namespace {

/// One line per record, as JSON or as CSV.
class Lines final : public EventSink {
  public:
    Lines(const Recording& recording, ExportFormat format, std::ostream& out)
        : recording_(recording),
          csv_(format == ExportFormat::csv),
          out_(out) {
        if (csv_) out_ << "id,t,t_ns,kind,subject,cause,attrs\n";
    }

    void on_event(const Event& event, std::string_view text) override {
        const EventKind& kind = *recording_.registry().find(event.kind);
        const std::string_view subject = recording_.names().text(event.subject);
        const std::string attributes = attributes_json(event, kind, recording_.names(), text);
        const auto id = number_of(event.id);
        const auto cause = number_of(event.cause);
        if (csv_) {
            out_ << fmt::format("{},{},{},{},{},{},{}\n", id, seconds_of(event.time),
                                ns_of(event.time), csv_cell(kind.name), csv_cell(subject), cause,
                                csv_cell(attributes));
        } else {
            out_ << fmt::format(
                "{{\"id\":{},\"t\":{},\"t_ns\":{},\"kind\":{},\"subject\":{},\"cause\":{},"
                "\"attrs\":{}}}\n",
                id, seconds_of(event.time), ns_of(event.time), json_string(kind.name),
                json_string(subject), cause, attributes);
        }
    }

    void on_sample(const Sample& sample) override {
        if (csv_) return;
        const Names& names = recording_.names();
        out_ << fmt::format("{{\"t\":{},\"series\":{},\"subject\":{},\"value\":{}}}\n",
                            seconds_of(sample.time), json_string(names.text(sample.series)),
                            json_string(names.text(sample.subject)), json_number(sample.value));
    }

  private:
    const Recording& recording_;
    bool csv_;
    std::ostream& out_;
};

}   // namespace

std::optional<ExportFormat> export_format(std::string_view name) {
    if (name == "jsonl") return ExportFormat::jsonl;
    if (name == "csv") return ExportFormat::csv;
    if (name == "perfetto") return ExportFormat::perfetto;
    return std::nullopt;
}

int export_recording(Recording& recording, ExportFormat format, std::ostream& out,
                     std::ostream& errors) {
    std::optional<Diagnostic> problem;
    if (format == ExportFormat::perfetto) {
        problem = export_perfetto(recording, out);
    } else {
        Lines lines(recording, format, out);
        problem = recording.replay(lines);
    }
    out.flush();
    if (!problem && !out.good()) {
        problem = Diagnostic{.file = recording.path(),
                             .message = "the export could not be written",
                             .hint = "is the disk full?"};
    }
    if (problem) errors << to_text(*problem) << '\n';
    return problem ? 2 : 0;
}

}   // namespace glasshive::record
