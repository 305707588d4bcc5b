// Migrations of several parts, and the files of the host that they need.

#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

const std::string sum(64, 'a');

// Valid as it is; each case below makes one mistake in it. The lines of [[host-files]] are 24 to
// 28, those of [database] 29 to 39.
const std::string with_host_file = head + R"([[host-files]]
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
    const std::string said = suite::testing::complaint(replaced(with_host_file, from, to));
    return said.substr(said.starts_with("s.toml:") ? std::string("s.toml:").size() : 0);
}

} // namespace

TEST_CASE("host files and the parts of migrations are read") {
    const Manifest manifest = parse_manifest(with_host_file, "s.toml");
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
    CHECK(part_paths(parse_manifest(with_host_file, "s.toml")) ==
          std::vector<std::string>{"licence.txt", "payload/front.tar.zst", "payload/server.tar.zst",
                                   "zone.sql"});
}

TEST_CASE("the short form of one file") {
    CHECK(complaint("run = [{ host-file = \"fresh\", for-shell = true }, { file = \"zone.sql\" }]",
                    "file = \"zone.sql\", for-shell = true") == "accepted");
    CHECK(complaint("to = \"1\", run", "to = \"1\", file = \"a.sql\", run") ==
          "34:5: found both 'file' and 'run'; expected one file, or a list of parts to run");
    CHECK(complaint("to = \"1\", run = [{ host-file = \"fresh\", for-shell = true }, { file = "
                    "\"zone.sql\" }]",
                    "to = \"1\"") ==
          "34:5: found neither 'file' nor 'run'; expected one file, or a list of parts to run");
}

TEST_CASE("parts that are none, or more than one") {
    CHECK(complaint("{ file = \"zone.sql\" }", "{ file = \"zone.sql\", host-file = \"fresh\" }") ==
          "34:67: found 2 of 'host-file', 'file' and 'command'; expected one of them");
    CHECK(complaint("{ file = \"zone.sql\" }", "{ for-shell = true }") ==
          "34:67: found 0 of 'host-file', 'file' and 'command'; expected one of them");
    CHECK(complaint("[{ host-file = \"fresh\", for-shell = true }, { file = \"zone.sql\" }]",
                    "[]") == "34:5: found an empty 'run'; expected at least one part");
    CHECK(complaint("{ file = \"zone.sql\" }", "{ file = \"zone.sql\", output = \"x\" }")
              .find("34:88: found the unknown key 'output'") == 0);
    CHECK(complaint("[\"/usr/bin/check\"]", "[\"/usr/bin/check\"], for-shell = true")
              .find("37:41: found the unknown key 'for-shell'") == 0);
}

TEST_CASE("commands: a program, known variables, one line of output, a limit") {
    CHECK(complaint("[\"/usr/bin/check\"]", "[]") ==
          "37:9: found a part of a migration without a program in 'command'; expected the program "
          "and its arguments");
    CHECK(complaint("\"--to\"", "\"{component}\"")
              .find("36:49: found the unknown variable 'component'") == 0);
    CHECK(complaint("\"--to\"", "\"{datasource.password}\"").find("36:49: found the password in") ==
          0);
    CHECK(complaint("output = \"done\"", "output = \" done\"") ==
          "36:72: found ' done' for 'output'; expected one line that is printed, without blanks at "
          "its ends");
    CHECK(complaint("timeout-s = 30", "timeout-s = 0") ==
          "36:92: found 0 for 'timeout-s'; expected a whole number from 1 to 86400");
}

TEST_CASE("host files: names, paths and sums") {
    CHECK(complaint("host-file = \"fresh\"", "host-file = \"stale\"") ==
          "34:38: found the host-file 'stale', which does not exist; expected one of fresh");
    CHECK(complaint("component = \"server\"\npath", "component = \"front\"\npath") ==
          "34:38: found the host-file 'fresh' of 'front'; expected one of the component whose role "
          "is server");
    CHECK(complaint("component = \"server\"\npath", "component = \"back\"\npath") ==
          "26:13: found the component 'back', which does not exist; expected one of server, front");
    for (const char* path : {"schema.sql", "/a/../b", "/a//b", "/a/./b", "/a/", "/", "/a\\nb"})
        CHECK(complaint("/usr/share/product/schema.sql", path).find("27:8: found '") == 0);
    CHECK(complaint(sum, "abc") ==
          "28:10: found 'abc' for 'sha256'; expected 64 hexadecimal digits in lower case");
    CHECK(
        complaint(sum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") ==
        "28:10: found the sum of an empty file for 'sha256'; expected that of a file with SQL for "
        "migrations");
    CHECK(complaint("sha256 = \"" + sum + "\"", "sha256 = \"" + sum + "\"\nmode = 1")
              .find("29:1: found the unknown key 'mode'") == 0);
    CHECK(complaint("[[host-files]]",
                    "[[host-files]]\nname = \"fresh\"\ncomponent = \"server\"\npath = \"/a\"\n"
                    "sha256 = \"" +
                        sum + "\"\n[[host-files]]") ==
          "30:8: found a second host-file 'fresh'; expected a name that is not taken");
}

TEST_CASE("what may be left out is not to be empty") {
    CHECK(complaint("node-local = []", "node-local = []\napplication-name = \"s\"") == "accepted");
    CHECK(complaint("node-local = []", "node-local = []\napplication-name = \"\"") ==
          "31:20: found an empty 'application-name'; expected how the suite's sessions call "
          "themselves, or no 'application-name'");
    CHECK(complaint("migrations = [", "version-record = \"\"\nmigrations = [") ==
          "33:18: found a 'version-record' without $1; expected $1 where the version is to stand, "
          "or no 'version-record'");
}
