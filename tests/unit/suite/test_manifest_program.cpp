// Locum's own program in a manifest, and what every Locum can read of it.

#include "suite/manifest_write.hpp"
#include "tests/support/scratch.hpp"
#include "tests/unit/suite/manifest_errors.hpp"

#include <algorithm>

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

const std::string program = "[program]\nversion = \"0.2.0\"\nlinux-x86_64 = \"bin/locum\"\n";

bool complains(const std::string& text, const std::string& of) {
    return complaint(text).find(of) != std::string::npos;
}

// As `bundle build` ends it.
std::string written(const std::string& text, const std::vector<std::string>& payloads) {
    const std::string sum(64, 'a');
    std::vector<File> files;
    for (const std::string& payload : payloads)
        files.push_back({payload, "locum", File::Type::regular, 0755, 7, sum, ""});
    return text + written_parts({{"payload/locum-linux-x86_64.tar.zst", 5, sum}}, payloads, files);
}

} // namespace

TEST_CASE("program: a part and a list of files for each system") {
    const Manifest manifest =
        parse_manifest(valid + program + "linux-aarch64 = \"arm/locum\"\n", "s.toml");
    REQUIRE(manifest.program);
    CHECK(manifest.program->version.text() == "0.2.0");
    CHECK(manifest.program->files.at("linux-aarch64") == "arm/locum");
    CHECK(payloads_of(manifest) ==
          std::vector<std::string>{"server", "front", "locum-linux-aarch64", "locum-linux-x86_64"});
    const std::vector<std::string> parts = part_paths(manifest);
    CHECK(std::count(parts.begin(), parts.end(), "payload/locum-linux-x86_64.tar.zst") == 1);
    CHECK(!parse_manifest(valid, "s.toml").program);
}

TEST_CASE("program: mistakes") {
    CHECK(complains(valid + "[program]\nlinux-x86_64 = \"locum\"\n", "version"));
    CHECK(complains(valid + "[program]\nversion = \"0.2\"\n", "found a program for no system"));
    CHECK(complains(valid + program + "path = \"x\"\n", "found the unknown key 'path'"));
    CHECK(complains(valid + "[program]\nversion = \"0.0.9\"\nlinux-x86_64 = \"l\"\n",
                    "found a program of version 0.0.9 with locum = \"0.1\""));
    for (const char* name : {"locum", "locum-tool"})
        CHECK(complains(replaced(valid, "[components.front]",
                                 "[components." + std::string(name) +
                                     "]\ntitle = \"T\"\nrole = \"console\"\n"
                                     "payload = \"tool\"\n[components.front]"),
                        "Locum's own program is called so"));
}

TEST_CASE("program: it is read of a bundle that needs a newer Locum and says unknown things") {
    const std::string newer = replaced(valid, "locum = \"0.1\"", "locum = \"99.1\"") + program +
                              "windows = \"?\"\n[colours]\nnew = true\n";
    const std::string text = written(newer, {"server", "locum-linux-x86_64"});
    CHECK_THROWS(parse_manifest(text, "s.toml"));
    const Manifest read = parse_program(text, "s.toml");
    REQUIRE(read.program);
    CHECK(read.name == "s");
    CHECK(read.locum.text() == "99.1");
    CHECK(read.program->version.text() == "0.2.0");
    CHECK(read.program->files.size() == 1);
    CHECK(read.parts.size() == 1);
    REQUIRE(read.files.size() == 1);
    CHECK(read.files[0].component == "locum-linux-x86_64");
    CHECK(read.files[0].path == "locum");
    CHECK(read.files[0].sha256 == std::string(64, 'a'));
    // Another format may be anything; a list is there, and in its one form.
    CHECK_THROWS(parse_program(replaced(text, "format = 1", "format = 2"), "s.toml"));
    CHECK_THROWS(parse_program(written(newer, {"server"}), "s.toml"));
    std::string spoilt = text;
    spoilt.insert(spoilt.rfind("'''\n"), "x\n");
    CHECK_THROWS(parse_program(spoilt, "s.toml"));
    spoilt = text;
    spoilt.resize(spoilt.rfind("'''\n"));
    CHECK_THROWS(parse_program(spoilt, "s.toml"));
    CHECK(!parse_program(written(valid, {"server"}), "s.toml").program);
}

TEST_CASE("program: what a Locum that is too old says of a bundle that brings a newer one") {
    const engine::Error error = locum::testing::error_of(
        [] { parse_manifest(replaced(valid, "locum = \"0.1\"", "locum = \"99.1\""), "s.toml"); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(error.remedy().find("locum bundle program BUNDLE --output FILE") != std::string::npos);
}
