#include "compare/page.h"

#include <fmt/format.h>

#include "compare/plot.h"

namespace glasshive::compare {

namespace {

constexpr const char* style =
    ":root{--ground:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;--shade:#f6f8fa;"
    "--good:#116329;--bad:#a40e26}"
    "@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--soft:#9aa4ae;"
    "--rule:#30363d;--shade:#161b22;--good:#56d364;--bad:#ff7b72}}"
    "@media print{:root{--ground:#fff;--ink:#000;--soft:#444;--rule:#bbb;--shade:#fff;"
    "--good:#116329;--bad:#a40e26}section{break-inside:avoid}}"
    "body{background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif;"
    "max-width:62rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.2rem}h3{font-size:1rem}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.6rem 0}"
    "th,td{border-bottom:1px solid var(--rule);padding:.3rem .6rem;text-align:right;"
    "vertical-align:top}th:first-child,td:first-child{text-align:left}thead th{background:"
    "var(--shade)}.wide{overflow-x:auto}.soft,small{color:var(--soft)}"
    "td,th{white-space:nowrap}td:first-child,.words{white-space:normal}.words{text-align:left}"
    ".good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}"
    "pre{background:var(--shade);border:1px solid var(--rule);padding:.7rem;white-space:pre-wrap;"
    "overflow-wrap:anywhere}svg{width:100%;height:auto;max-width:760px;display:block}";

}   // namespace

std::string page_open(const std::string& title) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width\">"
           "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
           escaped(title) + "</title>\n<style>" + style + plot_css() + "</style></head><body>\n";
}

std::string how_to_repeat(const Plan& plan, const std::string& command, const std::string& beside) {
    std::string html = "<section><h2>Do it again</h2><pre>" + escaped(command) +
                       "</pre><table><thead><tr><th>file</th><th>what for</th><th>bytes</th>"
                       "<th>xxh3</th></tr></thead><tbody>\n";
    for (const auto& [name, input] : plan.files) {
        html +=
            fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td><small>{}</small></td></tr>\n",
                        escaped(input.shown), escaped(name), input.size, input.fingerprint);
    }
    html += "</tbody></table>\n<p class=\"soft\">glasshive " GLASSHIVE_VERSION ". Seeds:";
    for (const std::uint64_t seed : plan.seeds) html += " " + std::to_string(seed);
    return html + ".</p><p>" + beside + "</p></section>\n";
}

}   // namespace glasshive::compare
