#include "installer/payload_names.hpp"

#include "cluster/layout.hpp"

#include <doctest/doctest.h>

using namespace locum;

namespace {

suite::Manifest on(const std::string& system, const std::vector<std::string>& paths) {
    suite::Manifest manifest;
    manifest.system = system;
    for (const std::string& path : paths) {
        suite::File file;
        file.component = "server";
        file.path = path;
        manifest.files.push_back(file);
    }
    return manifest;
}

std::vector<std::string> found(const suite::Manifest& manifest) {
    std::vector<std::string> all;
    for (const engine::Finding& finding :
         installer::payload_name_findings(manifest, {"server", "tool"}, "node-2: ")) {
        CHECK(finding.name == "payload-names");
        CHECK(finding.severity == engine::Severity::error);
        CHECK_FALSE(finding.may_be_ignored);
        all.push_back(finding.found);
    }
    return all;
}

} // namespace

TEST_CASE("payload names: what Windows cannot have is found before it is unpacked") {
    const std::vector<std::string> paths = {"bin/run.exe", "docs/con.txt", "docs/end.", "Read.me",
                                            "read.me"};
    CHECK(found(on("windows-x86_64", paths)) ==
          std::vector<std::string>{
              "node-2: 'docs/con.txt', of which 'con.txt' is the name of a device in the bundle's "
              "files for server",
              "node-2: 'docs/end.', of which 'end.' ends with a full stop in the bundle's files "
              "for server",
              "node-2: 'Read.me' and 'read.me', which are one name there, in the bundle's files "
              "for server"});
    CHECK(found(on("windows-x86_64", {"bin/run.exe", "Docs/a", "Docs/b"})).empty());
    CHECK(found(on("linux-x86_64", paths)).empty());
}

TEST_CASE("payload names: a program whose path is longer than Windows starts is found") {
    suite::Manifest manifest = on("windows-x86_64", {"bin/run.EXE", "bin/longer.txt"});
    manifest.version = engine::Version::parse("1.0");
    const std::string end = "/versions/1.0/server/bin/run.EXE";
    const auto of_length = [&](std::size_t length, const char* component = "server") {
        const std::string product = "/" + std::string(length - end.size() - 1, 'p');
        return installer::program_path_findings(manifest, {component}, product, "do that",
                                                "node-2: ");
    };
    CHECK(of_length(259).empty());
    const std::vector<engine::Finding> found = of_length(260);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "program-path");
    CHECK(found[0].found.starts_with("node-2: /ppp"));
    CHECK(found[0].found.ends_with(end + " (260 characters)"));
    CHECK(found[0].remedy == "do that");
    CHECK(of_length(300, "other").empty());
    manifest.system = "linux-x86_64";
    CHECK(of_length(260).empty());
}
