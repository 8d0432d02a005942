#pragma once

#include <optional>
#include <ostream>
#include <string_view>

#include "record/recording.h"

namespace glasshive::record {

enum class ExportFormat { jsonl, csv, perfetto };

/// "jsonl", "csv" or "perfetto"; empty for anything else.
std::optional<ExportFormat> export_format(std::string_view name);

/// Streams a whole recording to `out`, in bounded memory.
///
/// jsonl: one event per line, {"id","t","t_ns","kind","subject","cause","attrs"}, and samples in
///   between, {"t","series","subject","value"}. csv: the events, attrs as JSON.
/// perfetto: Chrome's trace JSON for ui.perfetto.dev. A process per node (or host), a track per
/// subject with
///   a slice per state, counters from samples, instants for faults, and arrows from cause to
///   effect along the chains that begin with a fault (arrows_max at most; the rest is counted in
///   otherData).
/// Returns the exit code: 0, or 2 when the recording is damaged (told on `errors`; what was written
/// before stays, and a trace is closed properly) or `out` fails.
int export_recording(Recording& recording, ExportFormat format, std::ostream& out,
                     std::ostream& errors);

inline constexpr std::size_t arrows_max = 200'000;

/// The perfetto half, by itself.
std::optional<Diagnostic> export_perfetto(Recording& recording, std::ostream& out);

}   // namespace glasshive::record
