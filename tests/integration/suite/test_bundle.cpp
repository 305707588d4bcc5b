#include "platform/tree.hpp"
#include "suite/layout.hpp"
#include "suite/template.hpp"
#include "tests/integration/suite/fixture.hpp"
#include "tests/support/sources.hpp"

#include <filesystem>

using namespace locum;
using sample::Fixture;
using suite::Bundle;
using suite::SigningKey;

TEST_CASE("what was built is opened and unpacked as it was") {
    const Fixture f;
    platform::write_file(f.source + "/server/large", std::string(3000000, 'x') + "y", 0644);
    platform::write_file(f.source + "/server/with blanks {x}", "b", 0644);
    const suite::Manifest built = f.build();
    const std::string bytes = platform::read_file(f.bundle);
    f.build();
    CHECK(platform::read_file(f.bundle) == bytes);
    const Bundle bundle = f.open();
    CHECK(bundle.manifest().files.size() == built.files.size());
    CHECK(bundle.text("1.sql") == "CREATE TABLE s (v TEXT);\n");
    const std::string into = f.folder.path + "/versions/1.0/server";
    bundle.unpack("server", into);
    std::ptrdiff_t right = 0;
    for (const suite::File& file : bundle.manifest().files) {
        const std::string path = into + "/" + file.path;
        if (file.type == suite::File::Type::symlink)
            CHECK(platform::read_link(path) == file.target);
        else
            CHECK(platform::has_mode(platform::look_at(path).value().mode, file.mode));
        if (file.type == suite::File::Type::regular)
            right += platform::sha256_hex(platform::read_file(path)) == file.sha256;
    }
    CHECK(right == std::count_if(built.files.begin(), built.files.end(), [](const auto& file) {
              return file.type == suite::File::Type::regular;
          }));
    CHECK(right >= 5);
}

TEST_CASE("one bundle for two systems: each host unpacks its own, and all of it is verified") {
    Fixture f;
    const std::string payload = "payload = \"server\"";
    std::string text = sample::manifest;
    text.replace(text.find(payload), payload.size(),
                 "payload = { linux-x86_64 = \"server\", windows-x86_64 = \"server.win\" }");
    platform::write_file(f.source + "/suite.toml", text, 0644);
    CHECK_THROWS_WITH_AS(f.build(), doctest::Contains("server.win: found no folder"),
                         engine::Error);
    platform::make_folders(f.source + "/server.win/bin");
    platform::write_file(f.source + "/server.win/bin/run.exe", "MZ", 0644);
    f.build();
    const std::string bytes = platform::read_file(f.bundle);
    f.build();
    CHECK(platform::read_file(f.bundle) == bytes);
    const auto unpacked = [&](const std::string& system) {
        const Bundle bundle = Bundle::open(f.bundle, f.key.public_key(), system);
        CHECK(bundle.manifest().system == system);
        const std::string into = f.folder.path + "/" + system;
        bundle.unpack("server", into);
        CHECK(bundle.payload_bytes("server") > 0);
        return platform::list_folder(into + "/bin");
    };
    std::vector<std::string> of_linux = {"run"};
    if (testing::has_links())
        of_linux.emplace_back("start");
    CHECK(unpacked("linux-x86_64") == of_linux);
    CHECK(unpacked("windows-x86_64") == std::vector<std::string>{"run.exe"});
    try {
        unpacked("linux-aarch64");
        FAIL("it unpacked something");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(std::string(error.what())
                  .find("brings 'server' for linux-x86_64, windows-x86_64 "
                        "only; this host is linux-aarch64") != std::string::npos);
    }
    CHECK(suite::inspect_bundle(f.bundle).manifest.system.empty());
    CHECK(suite::inspect_bundle(f.bundle).manifest.files.size() == (testing::has_links() ? 9 : 7));
    // A byte of the other system's payload counts as well.
    const std::string header = "payload/server.windows-x86_64.tar.zst";
    std::string other = bytes;
    other[other.rfind(header) + suite::layout::block + 20] ^= 1;
    platform::write_file(f.bundle, other, 0644);
    CHECK_THROWS_WITH_AS(Bundle::open(f.bundle, f.key.public_key(), "linux-x86_64"),
                         doctest::Contains("other content in the part"), engine::Error);
}

TEST_CASE("a manifest without the lists is the vendor's text") {
    using sample::manifest;
    using suite::without_written_parts;
    Fixture f;
    f.build();
    const Bundle bundle = f.open();
    CHECK(without_written_parts(bundle.manifest_text()) == manifest);
    CHECK(without_written_parts(manifest) == manifest);
    const std::string twice = "# Added by `locum bundle build`.\n" + bundle.manifest_text();
    CHECK(without_written_parts(twice) == "# Added by `locum bundle build`.\n" + manifest);
}

TEST_CASE("unpacking wants a fresh place, and clears what a killed run left") {
    Fixture f;
    f.build();
    const Bundle bundle = f.open();
    const std::string into = f.folder.path + "/server";
    platform::make_folders(into + ".stage/half");
    bundle.unpack("server", into);
    CHECK_FALSE(platform::exists(into + ".stage"));
    const auto again = sample::outcome([&] { bundle.unpack("server", into); });
    CHECK(again.thrown);
    CHECK(again.text.find("is there already") != std::string::npos);
    const auto unknown = sample::outcome([&] { bundle.unpack("balancer", f.folder.path + "/b"); });
    CHECK(unknown.kind == engine::Kind::usage);
    CHECK_FALSE(platform::exists(f.folder.path + "/b"));
}

TEST_CASE("what was verified is what is used") {
    Fixture f;
    f.build();
    const Bundle bundle = f.open();
    SUBCASE("another file under the same name changes nothing") {
        platform::write_file(f.bundle, "something else", 0644);
        bundle.unpack("server", f.folder.path + "/server");
        CHECK(bundle.text("1.sql") == "CREATE TABLE s (v TEXT);\n");
    }
    SUBCASE("the same file written to is found out, part by part") {
        const std::string bytes = platform::read_file(f.bundle);
        const auto& parts = bundle.manifest().parts;
        const std::string header = suite::layout::header(parts[1].path, parts[1].size);
        const std::size_t from = bytes.find(header) + header.size();
        for (std::size_t at = from; at < from + parts[1].size; at += 5) {
            std::string other = bytes;
            other[at] = static_cast<char>(other[at] ^ 4);
            FILE* file = std::fopen(f.bundle.c_str(), "r+b");
            REQUIRE(file != nullptr);
            std::fwrite(other.data(), 1, other.size(), file);
            std::fclose(file);
            const auto result =
                sample::outcome([&] { bundle.unpack("server", f.folder.path + "/server"); });
            CHECK(result.kind == engine::Kind::not_trusted);
            CHECK(platform::list_folder(f.folder.path) ==
                  std::vector<std::string>{"sample.locum", "source"});
        }
    }
    SUBCASE("a file that was cut is found out") {
        std::filesystem::resize_file(f.bundle, 1000);
        for (const auto& result :
             {sample::outcome([&] { bundle.unpack("server", f.folder.path + "/server"); }),
              sample::outcome([&] { bundle.text("1.sql"); })}) {
            CHECK(result.kind == engine::Kind::not_trusted);
            CHECK(result.remedy != "");
        }
        CHECK(platform::list_folder(f.folder.path) ==
              std::vector<std::string>{"sample.locum", "source"});
    }
}

TEST_CASE("what a bundle cannot carry is refused when it is built") {
    Fixture f;
    const auto refusal = [&] {
        const auto result = sample::outcome([&] { f.build(); });
        CHECK(result.kind == engine::Kind::usage);
        CHECK(result.remedy != "");
        CHECK(platform::list_folder(f.folder.path) == std::vector<std::string>{"source"});
        return result.text;
    };
    const std::string server = f.source + "/server";
    SUBCASE("a name that is not ASCII") {
        platform::write_file(server + "/\xc3\xa4", "", 0644);
        CHECK(refusal().find("a backslash or a character that is not printable ASCII") !=
              std::string::npos);
    }
    SUBCASE("a name that would end the list of files") {
        platform::write_file(server + "/a'''b", "", 0644);
        CHECK(refusal() == server + "/a'''b: found a path with three single quotes in a row; "
                                    "expected relative paths of printable ASCII");
    }
    SUBCASE("a missing folder") {
        platform::remove_all(server);
        CHECK(refusal() == server + ": found no folder for the component 'server'; expected the "
                                    "folder that 'payload' names");
    }
    SUBCASE("a missing text") {
        platform::remove_all(f.source + "/1.sql");
        CHECK(refusal() ==
              f.source + "/1.sql: no such file; expected the '1.sql' that the manifest names");
    }
    SUBCASE("a template with an unknown variable") {
        platform::write_file(f.source + "/a.in", "x\n{node.nmae}\n", 0644);
        platform::write_file(f.source + "/suite.toml",
                             sample::manifest +
                                 "[[configs]]\ncomponent = \"server\"\ntemplate = \"a.in\"\n"
                                 "to = \"{etc}/a\"\n",
                             0644);
        CHECK(refusal().find(
                  "a.in:2:1: found the unknown variable 'node.nmae'; expected one of data, etc") ==
              0);
    }
    SUBCASE("a template with the port of a component that is never on the same host") {
        platform::make_folders(f.source + "/front");
        platform::write_file(f.source + "/a.in", "{port.in}\n", 0644);
        platform::write_file(f.source + "/suite.toml",
                             sample::manifest +
                                 "[components.front]\ntitle = \"F\"\nrole = \"balancer\"\n"
                                 "payload = \"front\"\n[[ports]]\nname = \"in\"\n"
                                 "component = \"front\"\nchoices = [{ port = 1 }]\n"
                                 "[[configs]]\ncomponent = \"server\"\ntemplate = \"a.in\"\n"
                                 "to = \"{etc}/a\"\n",
                             0644);
        CHECK(refusal() == "a.in:1:1: found the port 'in' of 'front', which no topology has beside "
                           "'server'; expected none");
    }
    SUBCASE("a manifest of a bundle") {
        platform::write_file(
            f.source + "/suite.toml",
            sample::with_parts({{"1.sql", ""}, {"payload/server.tar.zst", ""}}, {}), 0644);
        CHECK(refusal().find("found [[parts]]") != std::string::npos);
    }
    SUBCASE("no manifest") {
        platform::remove_all(f.source + "/suite.toml");
        CHECK(refusal().find("no such file; expected the suite's manifest") != std::string::npos);
    }
}

TEST_CASE("inspection shows without trusting") {
    Fixture f;
    f.build();
    const auto seen = suite::inspect_bundle(f.bundle);
    CHECK(seen.manifest.version.text() == "1.0");
    CHECK(seen.signers == std::vector<std::string>{f.key.public_key().fingerprint()});
    CHECK(seen.signature_matches);
    std::string bytes = platform::read_file(f.bundle);
    bytes[bytes.find("Sample")] = 'D';
    platform::write_file(f.bundle, bytes, 0644);
    const auto changed = suite::inspect_bundle(f.bundle);
    CHECK(changed.manifest.title == "Dample");
    CHECK_FALSE(changed.signature_matches);
}

TEST_CASE("both versions of the example make bundles, and their configs render") {
    const Fixture f;
    const std::string example = testing::source_file("examples/endpoint-manager");
    for (const std::string version : {"1.0", "2.0"}) {
        const std::string source = f.folder.path + "/" + version;
        std::filesystem::copy(example, source, std::filesystem::copy_options::recursive);
        for (const char* component :
             {"server", "balancer", "administrator", "web-app", "console"}) {
            platform::make_folders(source + "/payload/" + component + "/bin");
            platform::write_file(source + "/payload/" + component + "/bin/x", version, 0755);
        }
        suite::build_bundle(source + "/suite-" + version + ".toml", f.key, f.bundle);
        const Bundle bundle = f.open();
        CHECK(bundle.manifest().version.text() == version);
        CHECK(bundle.text(bundle.manifest().licence) ==
              platform::read_file(example + "/" + bundle.manifest().licence));
        for (const auto& [kind, engine] : bundle.manifest().database.engines)
            for (const auto& migration : engine.migrations)
                CHECK(migration.run.at(0).sql ==
                      platform::read_file(example + "/" + migration.run.at(0).name));
        suite::Scope scope;
        scope.variables = {{"component.dir", "/opt/x"},   {"run", "/run/x"},
                           {"node.address", "127.0.0.2"}, {"node.name", "a"},
                           {"node.mode", "normal"},       {"port.device", "30002"},
                           {"port.front", "30001"},       {"copy.snapshot_ms", "0"},
                           {"datasource", "sqlite"},      {"datasource.file", "/x.db"}};
        scope.lists["servers"] = {
            {{"name", "a"}, {"address", "127.0.0.2"}, {"port.device", "30002"}, {"out", "false"}},
            {{"name", "b"}, {"address", "127.0.0.3"}, {"port.device", "30002"}, {"out", "true"}}};
        for (const auto& config : bundle.manifest().configs) {
            const std::string text =
                suite::render(bundle.text(config.template_file), scope, config.template_file);
            for (std::size_t at = text.find('{'); at != text.npos; at = text.find('{', at + 1))
                CHECK(text.at(at + 1) == ' '); // HAProxy's own
            if (config.component == "balancer") {
                CHECK(text.find("\n    server a 127.0.0.2:30002\n") != std::string::npos);
                CHECK(text.find("\n    server b 127.0.0.3:30002 disabled\n") != std::string::npos);
            } else if (config.component == "console") {
                CHECK(text.find("127.0.0.3:30002") != std::string::npos);
            } else {
                CHECK(text.find("file = /x.db\n") != std::string::npos);
                CHECK(text.find("postgresql") == std::string::npos);
            }
        }
    }
}
