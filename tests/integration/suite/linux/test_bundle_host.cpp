// What the builder's and the reader's host could put in: umask, times, owners, names, kinds of
// files.

#include "tests/integration/suite/fixture.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <utime.h>

using namespace locum;
using sample::Fixture;
using suite::Bundle;

namespace {

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

} // namespace

TEST_CASE("the same source gives the same bytes, wherever and whenever") {
    Fixture f;
    f.build();
    const std::string bytes = platform::read_file(f.bundle);
    f.build();
    CHECK(platform::read_file(f.bundle) == bytes);

    const std::string other = f.folder.path + "/elsewhere/deeper";
    const mode_t before = umask(0077);
    sample::write_source(other);
    platform::write_file(other + "/server/bin/run", "#!/bin/sh\nexec true\n", 0700);
    umask(before);
    const utimbuf past{1000000000, 1000000000};
    REQUIRE(utime((other + "/server/bin/run").c_str(), &past) == 0);
    suite::build_bundle(other + "/suite.toml", f.key, f.folder.path + "/2.locum");
    CHECK(platform::read_file(f.folder.path + "/2.locum") == bytes);
    CHECK(platform::list_folder(f.folder.path) ==
          std::vector<std::string>{"2.locum", "elsewhere", "sample.locum", "source"});

    platform::write_file(f.source + "/server/nothing", "x", 0644);
    f.build();
    CHECK(platform::read_file(f.bundle) != bytes);
}

TEST_CASE("tar reads a bundle, and nothing of the builder's machine is in it") {
    Fixture f;
    f.build();
    const std::string command = "cd " + f.folder.path +
                                " && mkdir out && tar -xf sample.locum -C out"
                                " && zstd -qd out/payload/server.tar.zst"
                                " && ! grep -aqi libarchive sample.locum out/payload/server.tar"
                                " && tar --numeric-owner -tvf out/payload/server.tar > list";
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(platform::list_folder(f.folder.path + "/out") ==
          std::vector<std::string>{"1.sql", "manifest.toml", "payload", "signatures"});
    const std::string list = platform::read_file(f.folder.path + "/list");
    CHECK(list.find(" 0/0 ") != std::string::npos);
    CHECK(list.find(" 1970-01-01 ") != std::string::npos);
}

TEST_CASE("what was built is what is opened and unpacked") {
    Fixture f;
    const std::string long_name = std::string(120, 'n') + "/" + std::string(140, 'm');
    platform::make_folders(f.source + "/server/" + std::string(120, 'n'));
    platform::write_file(f.source + "/server/" + long_name, "far", 0644);
    platform::write_file(f.source + "/server/with \"quotes\" {x}", "q", 0644);
    platform::write_file(f.source + "/server/ with blanks and '' ", "b", 0644);
    platform::switch_link(f.source + "/server/link with blanks ", " with blanks and '' ");
    platform::write_file(f.source + "/server/large", std::string(3000000, 'x') + "y", 0644);
    const suite::Manifest built = f.build();
    const Bundle bundle = f.open();
    CHECK(bundle.file() == f.bundle);
    CHECK(bundle.size() == platform::read_file(f.bundle).size());
    CHECK(bundle.manifest().name == "sample");
    CHECK(bundle.manifest().files.size() == built.files.size());
    CHECK(bundle.manifest()
              .database.engines.at(datasource::Kind::sqlite)
              .migrations[0]
              .run.at(0)
              .sql == "CREATE TABLE s (v TEXT);\n");
    CHECK(bundle.text("1.sql") == "CREATE TABLE s (v TEXT);\n");
    CHECK(bundle.manifest_sha256().size() == 64);

    const std::string into = f.folder.path + "/versions/1.0/server";
    std::uint64_t taken = 0;
    bundle.unpack("server", into, [&taken](std::uint64_t more) { taken += more; });
    CHECK(taken > 0);
    CHECK(taken <= bundle.payload_bytes("server")); // what is behind the archive's end is not told
    CHECK(platform::list_folder(f.folder.path + "/versions/1.0") ==
          std::vector<std::string>{"server"});
    CHECK(mode_of(into) == 0755);
    CHECK(mode_of(into + "/bin/run") == 0755);
    CHECK(mode_of(into + "/bin-notes") == 0644);
    CHECK(mode_of(into + "/empty") == 0755);
    CHECK(platform::read_link(into + "/bin/start") == "run");
    const std::string same = "diff -r --no-dereference " + f.source + "/server " + into;
    CHECK(std::system(same.c_str()) == 0);
}

TEST_CASE("many files, one of them large, come out as they were, whatever the umask") {
    Fixture f;
    const std::string server = f.source + "/server";
    for (int number = 0; number < 600; ++number) {
        const std::string folder = server + "/part-" + std::to_string(number / 20);
        platform::make_folders(folder);
        sample::overwrite(folder + "/file-" + std::to_string(number),
                          std::string(static_cast<std::size_t>(number) * 7, 'x'));
    }
    sample::overwrite(server + "/large", std::string(3U << 20, 'y'));
    f.build();
    const Bundle bundle = f.open();
    const std::string into = f.folder.path + "/many";
    const mode_t before = umask(0077);
    bundle.unpack("server", into);
    umask(before);
    for (const auto& file : bundle.manifest().files) {
        if (file.type != suite::File::Type::symlink)
            CHECK(mode_of(into + "/" + file.path) == file.mode);
        if (file.type == suite::File::Type::regular)
            CHECK(platform::sha256_hex(platform::read_file(into + "/" + file.path)) == file.sha256);
    }
}

TEST_CASE("links that leave their folder are refused when a bundle is built") {
    const Fixture f;
    const std::string server = f.source + "/server";
    const auto refusal = [&] {
        const auto result = sample::outcome([&] { f.build(); });
        CHECK(result.kind == engine::Kind::usage);
        CHECK(result.remedy != "");
        return result.text;
    };
    SUBCASE("a link out") {
        platform::switch_link(server + "/out", "../../etc");
        CHECK(refusal() ==
              server + "/out: found a link to '../../etc', which leaves its folder; expected a "
                       "link that stays in the component's folder");
    }
    SUBCASE("an absolute link") {
        platform::switch_link(server + "/out", "/etc/passwd");
        CHECK(refusal().find("a link to '/etc/passwd': the absolute path") != std::string::npos);
    }
}

TEST_CASE("pipes, and files with more rights than their user, are refused when it is built") {
    const Fixture f;
    const std::string server = f.source + "/server";
    std::string expected;
    SUBCASE("a pipe") {
        REQUIRE(mkfifo((server + "/pipe").c_str(), 0600) == 0);
        expected =
            server + "/pipe: found a device, pipe or socket; expected files, folders and links";
    }
    SUBCASE("setuid") {
        REQUIRE(chmod((server + "/bin/run").c_str(), 04755) == 0);
        expected = server + "/bin/run: found a file with setuid or setgid; expected files without";
    }
    const auto result = sample::outcome([&] { f.build(); });
    CHECK(result.kind == engine::Kind::usage);
    CHECK(result.remedy != "");
    CHECK(result.text == expected);
    CHECK(platform::list_folder(f.folder.path) == std::vector<std::string>{"source"});
}
