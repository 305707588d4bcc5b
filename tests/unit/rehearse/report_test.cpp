#include "platform/process.hpp"
#include "rehearse/report.hpp"
#include "tests/support/scratch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using nlohmann::json;
using rehearse::Claim;
using rehearse::Outcome;
using rehearse::Report;

namespace {

Claim claim(const std::string& id, Outcome outcome, engine::Kind kind = engine::Kind::failed) {
    Claim made{id, id + " holds", outcome};
    made.kind = kind;
    made.seconds = outcome == Outcome::skipped ? 0 : 1.25;
    return made;
}

Report report(std::vector<Claim> claims) {
    Report made;
    made.locum = "0.1";
    made.suite = "small";
    made.from = "1.0";
    made.to = "2.0";
    made.mode = "rolling";
    made.datasource = "postgresql";
    made.nodes = 3;
    made.began = "2026-11-28T18:00:00Z";
    made.seconds = 12.5;
    made.verdict = "rolling-possible";
    made.claims = std::move(claims);
    return made;
}

// All that a report can hold, with what markup trips over.
Report hostile() {
    Report made = report({claim("bundles", Outcome::passed), claim("upgrade", Outcome::failed),
                          claim("schema", Outcome::skipped)});
    made.claims[0].found = "a & b <c> \"d\" 'e'";
    made.claims[1].found = "]]> \x01\x1b[31m \xff\xfe <script>alert(1)</script>";
    made.claims[1].remedy = "see <b>";
    made.reasons = {"<reason>"};
    made.upgrade.out_of_rotation_ms = {{"node-1", 1500}};
    made.upgrade.outage_ms = 2500;
    made.clients.emplace();
    made.clients->what = "load <x>";
    made.clients->ended = "exit code 1";
    made.clients->last_said = "last </pre> line \xff";
    made.measured = {5 << 20, 12'300, 900, 300, 200, upgrade::Locks{{"<device>", 150}, {}, 12}, {}};
    made.excerpts = {{"node-1/log", "<tag> & \x02 end"}};
    return made;
}

// What xmllint says; empty: the text is valid.
std::string faults(const std::string& xml) {
    const Scratch scratch;
    platform::write_file(scratch / "report.xml", xml, 0644);
    platform::Command command;
    command.argv = {"xmllint",
                    "--noout",
                    "--nonet",
                    "--schema",
                    LOCUM_SOURCE_DIR "/tests/support/junit.xsd",
                    scratch / "report.xml"};
    const platform::Finished finished = platform::run(command);
    return finished.ok() ? "" : finished.errors;
}

} // namespace

TEST_CASE("report: yes is 0, no is the code of the first claim that does not hold") {
    CHECK(rehearse::exit_code(report({claim("a", Outcome::passed)})) == 0);
    CHECK(rehearse::exit_code(report({claim("a", Outcome::passed), claim("b", Outcome::failed),
                                      claim("c", Outcome::skipped)})) == 1);
    CHECK(rehearse::exit_code(report({claim("a", Outcome::failed, engine::Kind::downtime_needed),
                                      claim("b", Outcome::failed)})) == 9);
    CHECK(rehearse::exit_code(
              report({claim("a", Outcome::failed, engine::Kind::version_between)})) == 13);
    // What was not come to, or nothing at all, is no yes.
    CHECK(rehearse::exit_code(report({claim("a", Outcome::skipped)})) == 1);
    CHECK(rehearse::exit_code(report({})) == 1);
}

TEST_CASE("report: the last line for the terminal is the answer") {
    const std::string yes = rehearse::text_of(report({claim("a", Outcome::passed)}));
    CHECK(yes.ends_with(
        "\nyes: small 1.0 to 2.0, rolling, 3 nodes, postgresql: all 1 claims hold\n"));
    CHECK(yes.starts_with(" yes  a                  a holds [1.2 s]\n"));
    const std::string no = rehearse::text_of(hostile());
    CHECK(contains(no, "  NO  upgrade"));
    CHECK(contains(no, "try: see <b>"));
    CHECK(contains(no, "\n      measured           12.3 s, of these the longest copy 0.9 s, "));
    CHECK(contains(no, "\n                         locks: a table could not be written for 150 ms "
                       "(<device>), nor read for under 12 ms; "));
    CHECK(contains(no, "no: small 1.0 to 2.0, rolling, 3 nodes, postgresql: 1 of 3 claims do not "
                       "hold, 1 were not come to\n"));
}

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

TEST_CASE("report: JSON has all that was found") {
    const json value = rehearse::json_of(hostile());
    CHECK(value.at("passed") == false);
    CHECK(value.at("exit-code") == 1);
    CHECK(value.at("verdict") == "rolling-possible");
    CHECK(value.at("claims").size() == 3);
    CHECK(value.at("claims")[1].at("outcome") == "failed");
    CHECK(value.at("claims")[1].at("error") == "failed");
    CHECK(!value.at("claims")[0].contains("error"));
    CHECK(value.at("clients").at("ended") == "exit code 1");
    CHECK(value.at("outage-ms") == 2500);
    CHECK(value.at("out-of-rotation-ms").at("node-1") == 1500);
    CHECK(value.at("logs")[0].at("log") == "node-1/log");
    CHECK(value.at("measured").at("migration-ms") == 200);
    CHECK(value.at("measured").at("locks") ==
          json{{"writing", {{"table", "<device>"}, {"ms", 150}}},
               {"reading", nullptr},
               {"resolution-ms", 12}});
    CHECK(value.at("measured").at("space").is_null());
    const json plain = rehearse::json_of(report({claim("a", Outcome::passed)}));
    CHECK(plain.at("clients").is_null());
    CHECK(plain.at("outage-ms").is_null());
    CHECK(plain.at("measured").is_null());
    CHECK(plain.at("passed") == true);
}

TEST_CASE("report: the page needs nothing else, and runs nothing") {
    const std::string page = rehearse::html_of(hostile());
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(contains(page, "<title>Rehearsal of small 1.0 to 2.0</title>"));
    CHECK(contains(page, "No: 1 of 3 claims do not hold, 1 were not come to."));
    CHECK(contains(page, "Out of rotation</th><td>node-1: 1.5 s"));
    CHECK(contains(page, "Measured</th><td>locks: a table could not be written for 150 ms "
                         "(&lt;device&gt;), nor read"));
    for (const char* foreign : {"<script", "src=", "href=", "http://", "https://", "url(",
                                "@import", "</pre> line", "<reason>", "<tag>", "<device>"}) {
        CAPTURE(std::string(foreign));
        CHECK(!contains(page, foreign));
    }
    CHECK(contains(rehearse::html_of(report({claim("a", Outcome::passed)})),
                   "Yes: all 1 claims hold."));
}
