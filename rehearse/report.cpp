#include "rehearse/report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::rehearse {

std::string_view name(Outcome outcome) {
    switch (outcome) {
    case Outcome::passed:
        return "passed";
    case Outcome::failed:
        return "failed";
    case Outcome::skipped:
        break;
    }
    return "skipped";
}

std::size_t count(const Report& report, Outcome outcome) {
    return static_cast<std::size_t>(
        std::count_if(report.claims.begin(), report.claims.end(),
                      [&](const Claim& claim) { return claim.outcome == outcome; }));
}

bool passed(const Report& report) {
    return !report.claims.empty() && count(report, Outcome::passed) == report.claims.size();
}

int exit_code(const Report& report) {
    if (passed(report))
        return 0;
    for (const Claim& claim : report.claims)
        if (claim.outcome == Outcome::failed)
            return engine::exit_code(claim.kind);
    return engine::exit_code(engine::Kind::failed);
}

std::string text_of(const Report& report) {
    std::string text;
    for (const Claim& claim : report.claims) {
        const std::string_view mark = claim.outcome == Outcome::passed   ? "yes"
                                      : claim.outcome == Outcome::failed ? "NO"
                                                                         : "-";
        text += fmt::format("{:>4}  {:<18} {}", mark, claim.id, claim.says);
        if (claim.outcome != Outcome::skipped)
            text += fmt::format(" [{:.1f} s]", claim.seconds);
        text += "\n";
        if (claim.outcome == Outcome::skipped || claim.found.empty())
            continue;
        text += fmt::format("{:25}{}\n", "", claim.found);
        if (!claim.remedy.empty())
            text += fmt::format("{:25}try: {}\n", "", claim.remedy);
    }
    if (report.measured)
        text += fmt::format("{:>4}  {:<18} {}\n", "", "measured",
                            fmt::join(to_lines(*report.measured), fmt::format("\n{:25}", "")));
    if (report.suite.empty())
        return text + "no: nothing could be rehearsed\n";
    const std::string what =
        fmt::format("{} {} to {}, {}, {} node{}, {}", report.suite, report.from, report.to,
                    report.mode, report.nodes, report.nodes == 1 ? "" : "s", report.datasource);
    return text + (passed(report)
                       ? fmt::format("yes: {}: all {} claims hold\n", what, report.claims.size())
                       : fmt::format("no: {}: {} of {} claims do not hold, {} were not come to\n",
                                     what, count(report, Outcome::failed), report.claims.size(),
                                     count(report, Outcome::skipped)));
}

} // namespace locum::rehearse
