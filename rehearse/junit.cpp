#include "rehearse/markup.hpp"
#include "rehearse/report.hpp"

#include <fmt/format.h>

namespace locum::rehearse {

namespace {

std::string property(std::string_view key, std::string_view value) {
    return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escaped(key),
                       escaped(value));
}

std::string testcase(const std::string& suite, const Claim& claim) {
    std::string text =
        fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escaped(suite),
                    escaped(fmt::format("{}: {}", claim.id, claim.says)), claim.seconds);
    switch (claim.outcome) {
    case Outcome::failed:
        return text +
               fmt::format(">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n"
                           "    </testcase>\n",
                           engine::name(claim.kind), escaped(claim.found),
                           escaped(claim.remedy.empty() ? claim.found : "try: " + claim.remedy));
    case Outcome::skipped:
        return text + ">\n      <skipped message=\"not come to\"/>\n    </testcase>\n";
    case Outcome::passed:
        break;
    }
    if (claim.found.empty())
        return text + "/>\n";
    return text + fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n",
                              escaped(claim.found));
}

} // namespace

std::string junit_of(const Report& report) {
    const std::string suite = fmt::format(
        "locum.rehearse.{}", report.suite.empty() ? std::string("unknown") : report.suite);
    const std::string counts =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\"",
                    report.claims.size(), count(report, Outcome::failed),
                    count(report, Outcome::skipped), report.seconds);
    // Its time has no zone in this form; it is UTC.
    const std::string began = report.began.substr(0, report.began.find('Z'));
    std::string text = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                   "<testsuites {}>\n"
                                   "  <testsuite name=\"{}\" {} timestamp=\"{}\" "
                                   "hostname=\"localhost\">\n    <properties>\n",
                                   counts, escaped(suite), counts, escaped(began));
    for (const auto& [key, value] : {std::pair<const char*, std::string>{"locum", report.locum},
                                     {"from", report.from},
                                     {"to", report.to},
                                     {"mode", report.mode},
                                     {"datasource", report.datasource},
                                     {"nodes", std::to_string(report.nodes)},
                                     {"verdict", report.verdict}})
        text += property(key, value);
    text += "    </properties>\n";
    for (const Claim& claim : report.claims)
        text += testcase(suite, claim);
    std::string output;
    if (report.clients && !report.clients->last_said.empty())
        output += fmt::format("== {}\n{}\n", report.clients->what, report.clients->last_said);
    for (const Excerpt& excerpt : report.excerpts)
        output += fmt::format("== {}\n{}\n", excerpt.name, excerpt.text);
    return text + fmt::format("    <system-out>{}</system-out>\n    <system-err></system-err>\n"
                              "  </testsuite>\n</testsuites>\n",
                              escaped(output));
}

} // namespace locum::rehearse
