// What `bundle lint` says of two versions of a suite, and how it finds them.

#include "tests/support/scratch.hpp"
#include "tests/unit/suite/lint_sample.hpp"

using namespace lint_sample;
using testing::Scratch;

namespace {

std::string beside(const suite::Source& newer, const suite::Source& older = sample_before()) {
    return told(suite::lint_neighbours(older, newer));
}

} // namespace

TEST_CASE("lint: versions that do not belong together") {
    CHECK(beside(sample({{"\"sample\"", "\"simple\""}})) == "suite.toml:3 error suite-renamed");
    CHECK(beside(sample(), sample()) == "suite.toml:3 error version-twice");
}

TEST_CASE("lint: no way from the version before") {
    CHECK(beside(sample({{"[\"1\"]", "[]"}})) == "suite.toml:10 warning no-way-from");
}

TEST_CASE("lint: components that an upgrade does not find, or does not know") {
    const Changes tool = {{"[[ports]]", "[components.tool]\ntitle = \"T\"\nrole = \"console\"\n"
                                        "payload = \"tool\"\n[[ports]]"}};
    CHECK(beside(sample(tool)) == "suite.toml:25 note component-new");
    CHECK(beside(sample(), sample(Changes{{tool[0]}, {"\"2.0\"", "\"1.9\""}})) ==
          "suite.toml:17 error component-gone\n"
          "suite.toml:86 warning proves-nothing");
    suite::Source source = sample(tool);
    source.manifest.components.back().role = suite::Role::mirror;
    suite::Source before = sample_before();
    before.manifest.components.push_back(sample(tool).manifest.components.back());
    CHECK(beside(source, before) == "suite.toml:25 error component-role");
}

TEST_CASE("lint: ports for which installed nodes have no number, or another one") {
    const Changes port = {{"[[configs]]", "[[ports]]\nname = \"more\"\ncomponent = \"server\"\n"
                                          "choices = [{ port = 30003 }]\n[[configs]]"}};
    CHECK(beside(sample(port)) == ""); // nothing needs it
    CHECK(beside(sample(Changes{{port[0]}, {"{port.device}", "{port.more}"}})) ==
          "suite.toml:33 error port-new");
    CHECK(beside(sample({{"30002", "30012"}})) == "suite.toml:25 note port-number");
}

TEST_CASE("lint: a migration that was changed afterwards") {
    suite::Source source = sample();
    source.texts["pg/1.sql"] += "CREATE TABLE more (id integer PRIMARY KEY);\n";
    fill(source);
    CHECK(beside(source) == "suite.toml:76 warning migration-changed");
}

TEST_CASE("lint: what was node-local, a secret or a proof before") {
    CHECK(beside(sample({{"[\"seen\"]", "[]"}})) == "suite.toml:69 warning node-local-dropped");
    suite::Source older = sample_before();
    suite::Source newer = sample();
    older.manifest.secrets =
        newer.manifest.secrets = {{"key", suite::SharedSecret::Form::hex, 32, {"server"}}};
    CHECK(beside(newer, older) == "");
    newer.manifest.secrets[0].bytes = 16;
    CHECK(beside(newer, older) == "suite.toml:1 warning secret-changed");
    const Changes same = {{"output = \"2.0\"", "output = \"1.0\""}};
    CHECK(beside(sample(same)) == "suite.toml:86 warning proves-nothing");
    CHECK(beside(sample({same[0], {"{component.dir}/bin/server", "/usr/bin/server"}})) ==
          "suite.toml:86 note proves-nothing"); // it may be the same program
}

TEST_CASE(
    "lint: a folder's versions in their order, compared, with files named from where one is") {
    const Scratch scratch;
    write_folder(scratch.path());
    suite::Linted linted = suite::lint_paths({scratch.path()});
    CHECK(linted.suites == std::vector<std::string>{"sample 1.0", "sample 2.0"});
    // Of the older one too, and told once.
    CHECK(told(linted.remarks) == "");
    platform::write_file(scratch / "server.conf.in", "{datasource.file}", 0644);
    CHECK(told(suite::lint_paths({scratch.path()}).remarks) ==
          scratch / "suite-2.0.toml:17 note mode-unused");
    CHECK(told(suite::lint_paths({scratch / "suite-1.0.toml"}).remarks) ==
          scratch / "suite-1.0.toml:17 note mode-unused");
    platform::write_file(scratch / "suite-2.0.toml", sample({{"[\"1\"]", "[]"}}).text, 0644);
    linted = suite::lint_paths({scratch / "suite-2.0.toml", scratch / "suite-1.0.toml"});
    CHECK(testing::contains(told(linted.remarks), "suite-2.0.toml:10 warning no-way-from"));

    platform::write_file(scratch / "lite/1.sql",
                         sample().texts["lite/1.sql"] + "CREATE TABLE loose (a text);\n", 0644);
    linted = suite::lint_paths({scratch / "suite-1.0.toml"});
    CHECK(testing::contains(told(linted.remarks), scratch / "lite/1.sql:5 warning primary-key"));
}

TEST_CASE("lint: what bundle build refuses is an error, and hides nothing else") {
    const Scratch scratch;
    write_folder(scratch.path());
    platform::write_file(scratch / "server.conf.in", "{node.nmae} {datasource.file}", 0644);
    platform::write_file(scratch / "suite-1.0.toml", "format = \"one\"\n", 0644);
    const suite::Linted linted = suite::lint_paths({scratch.path()});
    CHECK(linted.suites == std::vector<std::string>{"sample 2.0"});
    CHECK(linted.unread == std::vector<std::string>{scratch / "suite-1.0.toml"});
    CHECK(told(linted.remarks) == scratch / "suite-1.0.toml:0 error build\n" +
                                      scratch / "suite-2.0.toml:0 error build\n" +
                                      scratch / "suite-2.0.toml:17 note mode-unused");
    CHECK(testing::contains(linted.remarks[0].finding.found, "suite-1.0.toml:1:"));
    CHECK(testing::contains(linted.remarks[1].finding.found, "server.conf.in:1:1"));
}

TEST_CASE("lint: a path without a suite") {
    const Scratch scratch;
    const engine::Error none = testing::error_of([&] { suite::lint_paths({scratch.path()}); });
    CHECK(none.kind() == engine::Kind::usage);
    CHECK(testing::contains(none.what(), "no suite*.toml"));
    const engine::Error absent = testing::error_of([&] { suite::lint_paths({scratch / "no"}); });
    CHECK(testing::contains(absent.what(), "no such file or folder"));
}

TEST_CASE("lint: a version that brings an older Locum than the one before it, or none") {
    suite::Source before = sample_before();
    suite::Source now = sample();
    const auto brings = [](const char* version) {
        return suite::Program{engine::Version::parse(version), {{"linux-x86_64", "bin/locum"}}};
    };
    before.manifest.program = brings("0.2");
    CHECK(told(suite::lint_neighbours(before, now)) == "suite.toml:3 warning program-older");
    now.manifest.program = brings("0.1.9");
    CHECK(testing::contains(told(suite::lint_neighbours(before, now)), "program-older"));
    now.manifest.program = brings("0.2.0");
    CHECK(told(suite::lint_neighbours(before, now)) == "");
}
