#include "installer/payload_names.hpp"

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
