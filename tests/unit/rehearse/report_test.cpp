#include "tests/support/scratch.hpp"
#include "tests/unit/rehearse/reports.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using nlohmann::json;

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
