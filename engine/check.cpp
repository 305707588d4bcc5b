#include "engine/check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace locum::engine {

std::vector<Finding> run_checks(const std::vector<Check>& checks) {
    std::vector<Finding> findings;
    for (const Check& check : checks) {
        try {
            std::vector<Finding> some = check.run();
            std::move(some.begin(), some.end(), std::back_inserter(findings));
        } catch (const Error& error) {
            findings.push_back({check.name, Severity::error, error.one_line(),
                                "a check that can be evaluated", error.remedy()});
        }
    }
    return findings;
}

std::vector<Finding> demoted(std::vector<Finding> findings, const std::vector<std::string>& names) {
    for (Finding& finding : findings) {
        if (finding.severity == Severity::warning ||
            std::find(names.begin(), names.end(), finding.name) == names.end())
            continue;
        if (!finding.may_be_ignored)
            throw Error(fmt::format("{} cannot be ignored: {}", finding.name, to_line(finding)),
                        Kind::usage)
                .remedy(finding.remedy);
        finding.severity = Severity::warning;
    }
    return findings;
}

void require_no_errors(const std::vector<Finding>& findings) {
    std::string lines;
    std::string remedy;
    for (const Finding& finding : findings) {
        if (finding.severity != Severity::error)
            continue;
        lines += "\n  " + to_line(finding);
        if (remedy.empty())
            remedy = finding.remedy;
    }
    if (!lines.empty())
        throw Error("preflight refused, nothing was changed:" + lines, Kind::refused)
            .remedy(remedy);
}

std::string to_line(const Finding& finding) {
    std::string line = fmt::format("{}: found {}", finding.name, finding.found);
    if (!finding.expected.empty())
        line += "; expected " + finding.expected;
    if (!finding.remedy.empty())
        line += "; " + finding.remedy;
    if (finding.severity == Severity::error && finding.may_be_ignored)
        line += fmt::format("; or, knowing better: --ignore {}", finding.name);
    return line;
}

} // namespace locum::engine
