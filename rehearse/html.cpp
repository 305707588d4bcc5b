#include "rehearse/markup.hpp"
#include "rehearse/report.hpp"

#include <fmt/format.h>

namespace locum::rehearse {

namespace {

constexpr const char* style = R"(
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1c2024; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.answer { padding: .6rem 1rem; border-left: .4rem solid; background: #f4f6f8; }
.answer.passed { border-color: #1a7f37; } .answer.failed { border-color: #c62828; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dee4; }
td.passed { color: #1a7f37; } td.failed { color: #c62828; font-weight: bold; } td.skipped { color: #6a737d; }
td.number { text-align: right; white-space: nowrap; }
pre { background: #f4f6f8; padding: .6rem; overflow-x: auto; white-space: pre-wrap; }
.remedy { color: #57606a; }
)";

std::string row(std::string_view key, std::string_view value) {
    return value.empty()
               ? ""
               : fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(key), escaped(value));
}

std::string claim_row(const Claim& claim) {
    std::string told = escaped(claim.says);
    if (!claim.found.empty())
        told += "<br>" + escaped(claim.found);
    if (!claim.remedy.empty())
        told += fmt::format("<br><span class=\"remedy\">try: {}</span>", escaped(claim.remedy));
    const std::string seconds =
        claim.outcome == Outcome::skipped ? "" : fmt::format("{:.1f} s", claim.seconds);
    return fmt::format("<tr><td class=\"{}\">{}</td><td>{}</td><td>{}</td>"
                       "<td class=\"number\">{}</td></tr>\n",
                       name(claim.outcome), name(claim.outcome), escaped(claim.id), told, seconds);
}

std::string clients_of(const Clients& clients) {
    std::string text = "<h2>Clients</h2>\n<table>\n" + row("What", clients.what);
    if (clients.ended.empty())
        text += row("Asked", std::to_string(clients.asked)) +
                row("Failed", std::to_string(clients.failed)) +
                row("Longest gap", fmt::format("{} ms", clients.longest_gap_ms)) +
                row("First failure", clients.first_failure);
    text += row("Ended with", clients.ended) + "</table>\n";
    if (!clients.last_said.empty())
        text += fmt::format("<pre>{}</pre>\n", escaped(clients.last_said));
    return text;
}

} // namespace

std::string html_of(const Report& report) {
    const std::string title =
        report.suite.empty()
            ? std::string("Rehearsal")
            : fmt::format("Rehearsal of {} {} to {}", report.suite, report.from, report.to);
    const std::string answer =
        passed(report) ? fmt::format("Yes: all {} claims hold.", report.claims.size())
                       : fmt::format("No: {} of {} claims do not hold, {} were not come to.",
                                     count(report, Outcome::failed), report.claims.size(),
                                     count(report, Outcome::skipped));
    std::string text = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n"
        "<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p class=\"answer {}\">{}</p>\n",
        escaped(title), style, escaped(title), passed(report) ? "passed" : "failed", answer);
    text += "<table>\n" + row("Verdict", report.verdict);
    for (const std::string& reason : report.reasons)
        text += row("Reason", reason);
    text += row("Mode", report.mode) + row("Datasource", report.datasource) +
            row("Nodes", std::to_string(report.nodes)) + row("Began", report.began) +
            row("Took", fmt::format("{:.1f} s", report.seconds)) + row("Locum", report.locum);
    for (const auto& [node, ms] : report.upgrade.out_of_rotation_ms)
        text += row("Out of rotation",
                    fmt::format("{}: {:.1f} s", node, static_cast<double>(ms) / 1000));
    if (report.upgrade.outage_ms)
        text += row("Measured outage",
                    fmt::format("{:.1f} s", static_cast<double>(*report.upgrade.outage_ms) / 1000));
    if (report.measured)
        for (const std::string& line : to_lines(*report.measured))
            text += row("Measured", line);
    text += "</table>\n<h2>Claims</h2>\n<table>\n"
            "<tr><th></th><th>Claim</th><th>What is to hold, and what was found</th>"
            "<th>Time</th></tr>\n";
    for (const Claim& claim : report.claims)
        text += claim_row(claim);
    text += "</table>\n";
    if (report.clients)
        text += clients_of(*report.clients);
    for (const Excerpt& excerpt : report.excerpts)
        text += fmt::format("<h2>{}</h2>\n<pre>{}</pre>\n", escaped(excerpt.name),
                            escaped(excerpt.text));
    return text + "</body>\n</html>\n";
}

} // namespace locum::rehearse
