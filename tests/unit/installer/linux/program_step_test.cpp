// Locum's own program out of a bundle, at an installation.

#include "cluster/program.hpp"
#include "engine/locum_version.hpp"
#include "installer/installed_node.hpp"
#include "platform/operating_system.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

// A suite whose bundle brings this version, which runs until the file is there.
std::map<std::string, std::string> with_program(const std::string& version,
                                                const std::string& until = "/nowhere/at/all") {
    std::string toml = small_suite_toml("1.0");
    const std::string oldest = "locum = \"0.1\"";
    toml.replace(toml.find(oldest), oldest.size(), "locum = \"0.0\"");
    return {{"suite.toml", toml + fmt::format("[program]\nversion = \"{}\"\n{} = \"bin/locum\"\n",
                                              version, platform::system_name())},
            {"bin/locum", fmt::format("#!/bin/sh\n"
                                      "[ ! -e {} ] || {{ echo 'libc is too old' >&2; exit 127; }}\n"
                                      "echo locum {}\n",
                                      until, version)}};
}

std::vector<std::string> steps_of(const Site& site) {
    std::vector<std::string> ids;
    for (const engine::PlannedStep& planned : installer::install_plan(site.installation()).steps)
        ids.push_back(planned.step.id);
    return ids;
}

} // namespace

TEST_CASE("files/program: linked, and what the agent is to run from") {
    for (const std::string& version : {std::string(engine::locum_version()), std::string("99.1")}) {
        CAPTURE(version);
        Site site({"server"}, with_program(version));
        site.run_until("agent/start");
        CHECK(cluster::linked_program(site.layout()) == version);
        CHECK(installer::look_at_node(site.layout(), "/nowhere/locum").program_version == version);
    }
}

TEST_CASE("files/program: one older than the Locum that installs is neither unpacked nor missed") {
    Site site({"server"}, with_program("0.0.1"));
    const std::vector<std::string> ids = steps_of(site);
    CHECK(std::count(ids.begin(), ids.end(), "files/program") == 0);
    site.run_until("agent/start");
    CHECK(cluster::linked_program(site.layout()).empty());
    CHECK(!platform::exists(site.layout().programs()));
    CHECK(installer::look_at_node(site.layout(), "/nowhere/locum").program_version.empty());
}

TEST_CASE("files/program: one that does not run on this host is told before all else is made") {
    const Scratch host;
    Site site({"server"}, with_program("99.1", host / "old-libc"));
    platform::write_file(host / "old-libc", "", 0600);
    CHECK(steps_of(site).at(1) == "files/program");
    const engine::Error error = error_of([&] { site.run_until("files/unpack"); });
    CHECK(contains(error.one_line(), "Locum 99.1 cannot be the agent of this host"));
    CHECK(contains(error.one_line(), "libc is too old"));
    CHECK(!error.remedy().empty());
    CHECK(cluster::linked_program(site.layout()).empty());
}

TEST_CASE("files/program keeps the contract") {
    Site site({"server"}, with_program("99.1"));
    site.run_until("files/program");
    CHECK(broken_promises(
              {[&] { return site.step("files/program"); }, [&] { return site.world(); }}) == "");
}
