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
    suite::Manifest manifest = on("windows-x86_64", {"bin/run.exe", "bin/longer.txt"});
    manifest.name = "small";
    manifest.version = engine::Version::parse("1.0");
    const std::string end = cluster::Layout{"/r", "small"}.component("1.0", "server").substr(2);
    const auto with_root = [&](std::size_t length) { // of the program's whole path
        const std::string root(length - end.size() - std::string("/bin/run.exe").size(), 'r');
        return installer::program_path_findings(manifest, {"server"}, "/" + root.substr(1));
    };
    CHECK(with_root(259).empty());
    const std::vector<engine::Finding> found = with_root(260);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "program-path");
    CHECK(found[0].found.ends_with(end + "/bin/run.exe (260 characters)"));
    CHECK(found[0].remedy == "give --root a folder with a shorter path");
    CHECK(
        installer::program_path_findings(manifest, {"other"}, "/" + std::string(300, 'r')).empty());
    manifest.system = "linux-x86_64";
    CHECK(with_root(260).empty());
}
