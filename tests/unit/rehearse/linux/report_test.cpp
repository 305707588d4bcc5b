// JUnit XML, as another program reads it.

#include "platform/process.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/sources.hpp"
#include "tests/unit/rehearse/reports.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

// What xmllint says; empty: the text is valid.
std::string faults(const std::string& xml) {
    const Scratch scratch;
    platform::write_file(scratch / "report.xml", xml, 0644);
    platform::Command command;
    command.argv = {"xmllint",
                    "--noout",
                    "--nonet",
                    "--schema",
                    testing::source_file("tests/support/junit.xsd"),
                    scratch / "report.xml"};
    const platform::Finished finished = platform::run(command);
    return finished.ok() ? "" : finished.errors;
}

} // namespace

TEST_CASE("report: JUnit XML is accepted by a validator, whatever was said") {
    CHECK(faults(rehearse::junit_of(report({claim("a", Outcome::passed)}))) == "");
    const std::string xml = rehearse::junit_of(hostile());
    CHECK(faults(xml) == "");
    CHECK(contains(xml, "tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"12.500\""));
    CHECK(contains(xml, "<testcase classname=\"locum.rehearse.small\" name=\"bundles: bundles "
                        "holds\" time=\"1.250\">"));
    CHECK(contains(xml, "<failure type=\"failed\" message=\"]]&gt; "));
    CHECK(contains(xml, "== load &lt;x&gt;\nlast &lt;/pre&gt; line"));
    CHECK(contains(xml, "timestamp=\"2026-11-28T18:00:00\""));
    Report nothing;
    nothing.began = "2026-11-28T18:00:00Z";
    nothing.claims = {claim("bundles", Outcome::failed)};
    CHECK(faults(rehearse::junit_of(nothing)) == "");
}

TEST_CASE("report: the validator is one that refuses what is no JUnit XML") {
    const std::string xml = rehearse::junit_of(hostile());
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"failures=\"1\"", "failures=\"one\""},
          {"<testcase ", "<case "},
          {"time=\"1.250\"", "time=\"soon\""},
          {"upgrade: upgrade holds", "bundles: bundles holds"},
          {"2026-11-28T18:00:00\"", "2026-11-28 18:00\""}}) {
        CAPTURE(from);
        std::string spoilt = xml;
        REQUIRE(contains(spoilt, from));
        spoilt.replace(spoilt.find(from), from.size(), to);
        CHECK(faults(spoilt) != "");
    }
}
