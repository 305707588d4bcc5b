// The first schema from a file of the host and by a command, on an embedded database.

#include "datasource/migration.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

constexpr const char* schema = ".bail on\nBEGIN;\nCREATE TABLE schema_version (version text);\n"
                               "INSERT INTO schema_version VALUES ('1');\nCOMMIT;\n";

// The suite whose schema 1 is the host's file and then the command.
std::string suite_toml(const std::string& file, const std::string& command) {
    std::string toml = small_suite_toml("1.0");
    const std::string usual = "{ to = \"1\", file = \"1.sql\" }";
    toml.replace(
        toml.find(usual), usual.size(),
        "{ to = \"1\", run = [{ host-file = \"schema\", for-shell = true }, { command = [" +
            command + "], output = \"made\" }] }");
    return toml + fmt::format("[[host-files]]\nname = \"schema\"\ncomponent = \"server\"\n"
                              "path = \"{}\"\nsha256 = \"{}\"\n",
                              file, platform::sha256_hex(schema));
}

struct Host {
    Scratch scratch;
    Site site;

    explicit Host(const std::string& command) :
        site({"server"}, {{"suite.toml", suite_toml(file(), command)}}) {
        site.run_until("datasource/schema");
    }
    std::string file() const {
        const std::string path = scratch / "schema.sql";
        platform::write_file(path, schema, 0644);
        return path;
    }
    std::string log() const { return platform::read_file(site.layout().logs() + "/migration.log"); }
};

} // namespace

TEST_CASE("the first schema: a file of the host, and a command of the component") {
    const Host host("\"/bin/sh\", \"-c\", \"test -x $0/run && test $1 = $LOCUM_DATASOURCE_FILE && "
                    "test $LOCUM_DATASOURCE = sqlite && echo made\", \"{component.dir}\", "
                    "\"{datasource.file}\"");
    CHECK(host.site.installation().facts.host_files.empty());
    engine::SilentReporter silent;
    const engine::Step step = host.site.step("datasource/schema");
    CHECK_FALSE(step.probe());
    step.apply(silent);
    CHECK(step.probe());
    CHECK(contains(host.log(), "\nmade\n"));
}

TEST_CASE("a first schema whose command fails is taken back whole") {
    const Host host("\"/bin/sh\", \"-c\", \"echo broken; exit 1\"");
    engine::Plan plan;
    plan.add(host.site.step("datasource/schema"), engine::OnFailure::undo_all);
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    const engine::Error error = error_of([&] {
        engine::run(plan, {"o", 0, "", nullptr, {}}, journal, silent);
    });
    CHECK(
        contains(error.what(), "it ended with exit code 1; expected exit code 0; it said: broken"));
    CHECK(contains(error.what(), "everything was undone"));
    CHECK_FALSE(platform::exists(host.site.installation().facts.datasource->file));
}
