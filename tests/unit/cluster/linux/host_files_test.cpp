// Files of the host are checked before anything is unpacked, and kept: what was checked is run.

#include "tests/unit/cluster/host_files.hpp"

#include <sys/stat.h>

using namespace locum;
using namespace locum::testing;

TEST_CASE("a host file is kept with the version, and run from there") {
    const Host host;
    CHECK(cluster::check_host_files(host.bundle().manifest(), {"server"}).empty());
    host.stage();
    CHECK(host.staged());
    platform::remove_all(host.file); // its package is upgraded, or gone
    CHECK(host.staged());
    CHECK(host.stage().empty());
    CHECK(host.part().sql == schema);
    CHECK(host.part().name == host.file);
    suite::Manifest manifest = host.bundle().manifest();
    cluster::fill_host_files(manifest, host.layout);
    CHECK(manifest.database.engines.at(datasource::Kind::postgresql).migrations[0].run[0].sql ==
          schema);
}

TEST_CASE("a host file that is missing or another one is told before anything is made") {
    const Host host;
    const std::string expected = platform::sha256_hex(schema);
    platform::write_file(host.file, "CREATE TABLE other (a integer);\n", 0644);
    const std::string found = platform::sha256_hex("CREATE TABLE other (a integer);\n");
    engine::Error error = error_of([&] { host.stage(); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(error.what() ==
          fmt::format("the host file {} has SHA-256 {}; expected {}", host.file, found, expected));
    CHECK(contains(error.remedy(), "dpkg -S " + host.file));
    CHECK_FALSE(platform::exists(host.layout.product()));
    const auto findings = cluster::check_host_files(host.bundle().manifest(), {"server"});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "host-file");
    CHECK(contains(findings[0].found, found));

    platform::remove_all(host.file);
    error = error_of([&] { host.stage(); });
    CHECK(error.what() == fmt::format("the host file {} is missing; expected one with SHA-256 {}",
                                      host.file, expected));
    CHECK_FALSE(platform::exists(host.layout.product()));
}

TEST_CASE("a host file that is a folder is told") {
    const Host host;
    platform::remove_all(host.file);
    platform::make_folders(host.file);
    host.refused_as_no_file();
}

TEST_CASE("the packages of the component are named as the remedy") {
    const Host host;
    suite::Manifest manifest = host.bundle().manifest();
    manifest.components[0].packages = {"product-server", "product-tools"};
    platform::remove_all(host.file);
    CHECK(contains(cluster::check_host_files(manifest, {"server"}).at(0).remedy,
                   "install the version of product-server, product-tools that Small 1.0"));
}

TEST_CASE("a host without the component needs no such file, until it gets it") {
    const Host host;
    const std::string text = platform::read_file(host.file);
    platform::remove_all(host.file);
    host.stage({"balancer"});
    CHECK(host.staged({"balancer"}));
    CHECK(host.part().sql == "");
    CHECK_THROWS_AS(host.stage({"balancer", "server"}), engine::Error);
    platform::write_file(host.file, text, 0644);
    CHECK_FALSE(host.staged({"balancer", "server"}));
    host.stage({"balancer", "server"});
    CHECK(host.staged({"balancer", "server"}));
    CHECK(host.part().sql == schema);
}

TEST_CASE("what was kept and changed since is read anew") {
    const Host host;
    host.stage();
    const std::string kept = host.layout.version("1.0") + "/.host-files/schema";
    platform::write_file(kept, "DROP TABLE x;\n", 0644);
    CHECK_FALSE(host.staged());
    host.stage();
    CHECK(platform::read_file(kept) == schema);
}

TEST_CASE("a host file that cannot be run is refused by name, with its line") {
    for (const auto& [text, for_shell, found] :
         {std::tuple{schema, false, ":1: found BEGIN; expected"},
          std::tuple{"SELECT 1;\n\\i other.sql\n", true, ":2: found the shell's command \\i"}}) {
        const Host host(text, for_shell);
        const engine::Error error = error_of([&] { host.stage(); });
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(contains(error.what(), host.file + found));
        CHECK_FALSE(platform::exists(host.layout.product()));
    }
}

TEST_CASE("a file of the bundle that cannot be run is the vendor's mistake when it is built") {
    const Scratch scratch;
    const Vendor vendor(scratch.path());
    const engine::Error error = error_of([&] {
        vendor.build("1.0", {{"1.sql", "CREATE TABLE a (b integer);\n\nCOMMIT;\n"}});
    });
    CHECK(error.kind() == engine::Kind::usage);
    CHECK(contains(error.what(), "1.sql:3: found COMMIT"));
    CHECK(contains(error.remedy(), "for-shell = true"));
}

TEST_CASE("a host file that is a pipe is told, and nobody waits for it") {
    const Host host;
    platform::remove_all(host.file);
    REQUIRE(::mkfifo(host.file.c_str(), 0600) == 0);
    host.refused_as_no_file();
}
