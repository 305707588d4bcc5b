// Migrations of several parts, and the files of the host that they need.

#include "engine/error.hpp"
#include "suite/manifest.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::suite;

namespace {

const std::string sum(64, 'a');

// Valid as it is; each case below makes one mistake in it. The lines of [[host-files]] are 23 to
// 27, those of [database] 28 to 38.
const std::string valid = R"(format = 1
locum = "0.1"
[suite]
name = "s"
title = "S"
version = "2.0"
schema = "2"
[compatibility]
upgrades-from = ["1"]
old-binary-on-new-schema = "works"
new-binary-on-old-schema = "breaks"
[topologies]
one = { title = "One", components = ["server"] }
[components.server]
title = "Server"
role = "server"
payload = "payload/server"
[components.front]
title = "Front"
role = "balancer"
payload = "payload/front"

[[host-files]]
name = "fresh"
component = "server"
path = "/usr/share/product/schema.sql"
sha256 = ")" + sum + R"("
[database]
node-local = []
[database.sqlite]
version-query = "SELECT v FROM s"
migrations = [
    { to = "1", run = [{ host-file = "fresh", for-shell = true }, { file = "zone.sql" }] },
    { from = "1", to = "2", run = [
        { command = ["{component.dir}/migrate", "--to", "2"], output = "done", timeout-s = 30 },
        { command = ["/usr/bin/check"] },
    ] },
]
)";

std::string complaint(const std::string& from, const std::string& to) {
    std::string text = valid;
    const std::size_t at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, from);
    text.replace(at, from.size(), to);
    try {
        parse_manifest(text, "s.toml");
        return "accepted";
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        return std::string(error.what()).substr(std::string("s.toml:").size());
    }
}

} // namespace

TEST_CASE("host files and the parts of migrations are read") {
    const Manifest manifest = parse_manifest(valid, "s.toml");
    REQUIRE(manifest.host_files.size() == 1);
    CHECK(manifest.host_files[0].name == "fresh");
    CHECK(manifest.host_files[0].component == "server");
    CHECK(manifest.host_files[0].path == "/usr/share/product/schema.sql");
    CHECK(manifest.host_files[0].sha256 == sum);
    CHECK(manifest.database.application_name == "");
    const Engine& engine = manifest.database.engines.at(datasource::Kind::sqlite);
    CHECK(engine.version.record == "");
    REQUIRE(engine.migrations.size() == 2);
    const auto& first = engine.migrations[0].run;
    REQUIRE(first.size() == 2);
    CHECK(first[0].host_file == "fresh");
    CHECK(first[0].name == "/usr/share/product/schema.sql");
    CHECK(first[0].for_shell);
    CHECK(first[1].host_file == "");
    CHECK(first[1].name == "zone.sql");
    CHECK_FALSE(first[1].for_shell);
    const auto& second = engine.migrations[1].run;
    REQUIRE(second.size() == 2);
    CHECK(second[0].argv == std::vector<std::string>{"{component.dir}/migrate", "--to", "2"});
    CHECK(second[0].output == "done");
    CHECK(second[0].limit == std::chrono::seconds(30));
    CHECK(second[1].output == "");
    CHECK(second[1].limit == std::chrono::seconds(600));
}

TEST_CASE("neither host files nor commands are parts of the bundle") {
    CHECK(part_paths(parse_manifest(valid, "s.toml")) ==
          std::vector<std::string>{"payload/front.tar.zst", "payload/server.tar.zst", "zone.sql"});
}

TEST_CASE("the short form of one file") {
    CHECK(complaint("run = [{ host-file = \"fresh\", for-shell = true }, { file = \"zone.sql\" }]",
                    "file = \"zone.sql\", for-shell = true") == "accepted");
    CHECK(complaint("to = \"1\", run", "to = \"1\", file = \"a.sql\", run") ==
          "33:5: found both 'file' and 'run'; expected one file, or a list of parts to run");
    CHECK(complaint("to = \"1\", run = [{ host-file = \"fresh\", for-shell = true }, { file = "
                    "\"zone.sql\" }]",
                    "to = \"1\"") ==
          "33:5: found neither 'file' nor 'run'; expected one file, or a list of parts to run");
}

TEST_CASE("parts that are none, or more than one") {
    CHECK(complaint("{ file = \"zone.sql\" }", "{ file = \"zone.sql\", host-file = \"fresh\" }") ==
          "33:67: found 2 of 'host-file', 'file' and 'command'; expected one of them");
    CHECK(complaint("{ file = \"zone.sql\" }", "{ for-shell = true }") ==
          "33:67: found 0 of 'host-file', 'file' and 'command'; expected one of them");
    CHECK(complaint("[{ host-file = \"fresh\", for-shell = true }, { file = \"zone.sql\" }]",
                    "[]") == "33:5: found an empty 'run'; expected at least one part");
    CHECK(complaint("{ file = \"zone.sql\" }", "{ file = \"zone.sql\", output = \"x\" }")
              .find("33:88: found the unknown key 'output'") == 0);
    CHECK(complaint("[\"/usr/bin/check\"]", "[\"/usr/bin/check\"], for-shell = true")
              .find("36:41: found the unknown key 'for-shell'") == 0);
}

TEST_CASE("commands: a program, known variables, one line of output, a limit") {
    CHECK(complaint("[\"/usr/bin/check\"]", "[]") ==
          "36:9: found a 'command' without a program; expected a program and its arguments");
    CHECK(complaint("\"--to\"", "\"{component}\"")
              .find("35:49: found the unknown variable 'component'") == 0);
    CHECK(complaint("\"--to\"", "\"{datasource.password}\"").find("35:49: found the password in") ==
          0);
    CHECK(complaint("output = \"done\"", "output = \" done\"") ==
          "35:72: found ' done' for 'output'; expected one line, without blanks at its ends");
    CHECK(complaint("timeout-s = 30", "timeout-s = 0") ==
          "35:92: found 0 for 'timeout-s'; expected a whole number from 1 to 86400");
}

TEST_CASE("host files: names, paths and sums") {
    CHECK(complaint("host-file = \"fresh\"", "host-file = \"stale\"") ==
          "33:38: found the host-file 'stale', which does not exist; expected one of fresh");
    CHECK(complaint("component = \"server\"\npath", "component = \"front\"\npath") ==
          "33:38: found the host-file 'fresh' of 'front'; expected one of the component whose role "
          "is server");
    CHECK(complaint("component = \"server\"\npath", "component = \"back\"\npath") ==
          "25:13: found the component 'back', which does not exist; expected one of server, front");
    for (const char* path : {"schema.sql", "/a/../b", "/a//b", "/a/./b", "/a/", "/", "/a\\nb"})
        CHECK(complaint("/usr/share/product/schema.sql", path).find("26:8: found '") == 0);
    CHECK(complaint(sum, "abc") ==
          "27:10: found 'abc' for 'sha256'; expected 64 hexadecimal digits in lower case");
    CHECK(complaint("sha256 = \"" + sum + "\"", "sha256 = \"" + sum + "\"\nmode = 1")
              .find("28:1: found the unknown key 'mode'") == 0);
    CHECK(complaint("[[host-files]]",
                    "[[host-files]]\nname = \"fresh\"\ncomponent = \"server\"\npath = \"/a\"\n"
                    "sha256 = \"" +
                        sum + "\"\n[[host-files]]") ==
          "29:8: found a second host-file 'fresh'; expected a name that is not taken");
}

TEST_CASE("what may be left out is not to be empty") {
    CHECK(complaint("node-local = []", "node-local = []\napplication-name = \"s\"") == "accepted");
    CHECK(complaint("node-local = []", "node-local = []\napplication-name = \"\"") ==
          "30:20: found an empty 'application-name'; expected how the suite's sessions call "
          "themselves, or no 'application-name'");
    CHECK(complaint("migrations = [", "version-record = \"\"\nmigrations = [") ==
          "32:18: found a 'version-record' without $1; expected $1 where the version is to stand, "
          "or no 'version-record'");
}
