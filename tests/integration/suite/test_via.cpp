// Versions on the way, carried by a bundle.

#include "sample.hpp"

using namespace locum;
using engine::Kind;
using sample::Content;
using sample::outcome;
using suite::Bundle;
using suite::SigningKey;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

// Bundles of versions of the sample suite.
struct Vendor {
    sample::Folder folder;
    SigningKey key = SigningKey::generate();

    std::string file(const std::string& name) const { return folder.path + "/" + name; }
    std::string source(const std::string& version, const std::string& name = "sample") const {
        const std::string source = file("source-" + name + "-" + version);
        sample::write_source(source);
        platform::write_file(source + "/suite.toml",
                             replaced(replaced(sample::manifest, "version = \"1.0\"",
                                               "version = \"" + version + "\""),
                                      "name = \"sample\"\ntitle", "name = \"" + name + "\"\ntitle"),
                             0644);
        return source + "/suite.toml";
    }
    std::string build(const std::string& version, const std::vector<std::string>& via = {}) const {
        const std::string bundle = file(version + ".locum");
        suite::build_bundle(source(version), key, bundle, via);
        return bundle;
    }
    Bundle open(const std::string& bundle) const { return Bundle::open(bundle, key.public_key()); }
};

std::vector<std::string> versions(const Bundle& bundle) {
    std::vector<std::string> all;
    for (const Bundle& one : bundle.carried())
        all.push_back(one.manifest().version.text());
    return all;
}

// What speaks against building 2.0 with these; then there is no bundle.
sample::Outcome refusal(const Vendor& vendor, const std::vector<std::string>& via) {
    const sample::Outcome said = outcome([&] { vendor.build("2.0", via); });
    CHECK(said.thrown);
    CHECK(!platform::exists(vendor.file("2.0.locum")));
    return said;
}

// A bundle of 2.0 that lists and carries these bytes as version 1.5, whatever they are.
std::string carrying(const SigningKey& key, const std::string& bytes,
                     const std::string& schema = "1") {
    const std::vector<Content> parts = {{"1.sql", "CREATE TABLE s (v TEXT);\n"},
                                        {"payload/server.tar.zst", ""},
                                        {"via/1.5.locum", bytes}};
    std::vector<suite::Part> listed;
    for (const Content& content : parts)
        listed.push_back(sample::part(content));
    const std::string text =
        replaced(sample::manifest, "version = \"1.0\"", "version = \"2.0\"") +
        suite::written_parts(listed, {"server"}, {}, {{engine::Version::parse("1.5"), schema}});
    return sample::signed_bundle(key, text, parts);
}

} // namespace

TEST_CASE("via: carried by version, verified, and the same file when it is taken out") {
    const Vendor vendor;
    const std::string middle = vendor.build("1.5");
    const std::string later = vendor.build("1.10");
    const std::string whole = vendor.build("2.0", {later, middle});
    const Bundle bundle = vendor.open(whole);
    CHECK(versions(bundle) == std::vector<std::string>{"1.5", "1.10"});
    CHECK(bundle.manifest().via.size() == 2);
    CHECK(bundle.manifest().via.at(0).schema == "1");
    const Bundle& carried = bundle.carried().at(0);
    CHECK(carried.manifest_sha256() == vendor.open(middle).manifest_sha256());
    CHECK(carried.size() == platform::read_file(middle).size());
    CHECK(carried.text("1.sql") == "CREATE TABLE s (v TEXT);\n");
    CHECK(!carried.manifest()
               .database.engines.at(datasource::Kind::sqlite)
               .migrations[0]
               .run.at(0)
               .sql.empty());
    carried.unpack("server", vendor.file("unpacked"));
    CHECK(platform::exists(vendor.file("unpacked/bin/run")));
    carried.save(vendor.file("taken"));
    CHECK(platform::read_file(vendor.file("taken")) == platform::read_file(middle));
    // The order in which they are named changes nothing.
    const std::string bytes = platform::read_file(whole);
    vendor.build("2.0", {middle, later});
    CHECK(platform::read_file(whole) == bytes);
    // What says of itself what it carries is not believed more than the rest.
    CHECK(suite::inspect_bundle(whole).manifest.via.size() == 2);
    CHECK(versions(vendor.open(middle)).empty());
}

TEST_CASE("via: what may not be carried is refused, and nothing is written") {
    const Vendor vendor;
    const std::string middle = vendor.build("1.5");
    const std::string nested = vendor.build("1.8", {middle});
    sample::Outcome said = refusal(vendor, {nested});
    CHECK(said.kind == Kind::usage);
    CHECK(said.text.find("sample 1.8, which carries others") != std::string::npos);
    said = refusal(vendor, {middle, middle});
    CHECK(said.kind == Kind::usage);
    CHECK(said.text.find("both of version 1.5") != std::string::npos);
    said = refusal(vendor, {vendor.build("2.5")});
    CHECK(said.kind == Kind::usage);
    CHECK(said.text.find("found sample 2.5; expected sample of a version before 2.0") !=
          std::string::npos);
    suite::build_bundle(vendor.source("1.6", "another"), vendor.key, vendor.file("another.locum"));
    said = refusal(vendor, {vendor.file("another.locum")});
    CHECK(said.kind == Kind::usage);
    CHECK(said.text.find("another 1.6") != std::string::npos);
    suite::build_bundle(vendor.source("1.7"), SigningKey::generate(), vendor.file("theirs.locum"));
    said = refusal(vendor, {vendor.file("theirs.locum")});
    CHECK(said.kind == Kind::not_trusted);
    std::string damaged = platform::read_file(middle);
    damaged[damaged.size() / 2] ^= 1;
    platform::write_file(vendor.file("damaged.locum"), damaged, 0644);
    CHECK(refusal(vendor, {vendor.file("damaged.locum")}).kind == Kind::not_trusted);
    CHECK(refusal(vendor, {vendor.file("missing.locum")}).kind == Kind::usage);
    // By hand it is not carried: `bundle build` verifies what it lists.
    const std::string source = vendor.source("2.0");
    platform::write_file(
        source, platform::read_file(source) + "[[via]]\nversion = \"1.5\"\nschema = \"1\"\n", 0644);
    said = outcome([&] { suite::build_bundle(source, vendor.key, vendor.file("2.0.locum")); });
    CHECK(said.kind == Kind::usage);
    CHECK(said.text.find("found [[via]]") != std::string::npos);
}

TEST_CASE("via: a signed bundle that carries what it should not is not trusted") {
    const Vendor vendor;
    const std::string middle = vendor.build("1.5");
    const std::string file = vendor.file("carrier");
    const auto refused = [&](const std::string& bytes, const std::string& schema = "1") {
        platform::write_file(file, carrying(vendor.key, bytes, schema), 0644);
        const sample::Outcome said = outcome([&] { vendor.open(file); });
        CHECK(said.kind == Kind::not_trusted);
        return said.text;
    };
    const std::string good = platform::read_file(middle);
    platform::write_file(file, carrying(vendor.key, good), 0644);
    CHECK(versions(vendor.open(file)) == std::vector<std::string>{"1.5"});

    CHECK(refused("no bundle").find("carrier:via/1.5.locum") != std::string::npos);
    CHECK(refused(good, "7").find("expected sample 1.5 with schema 7") != std::string::npos);
    CHECK(refused(platform::read_file(vendor.build("1.4"))).find("found sample 1.4") !=
          std::string::npos);
    suite::build_bundle(vendor.source("1.5", "another"), vendor.key, vendor.file("another"));
    CHECK(refused(platform::read_file(vendor.file("another"))).find("found another 1.5") !=
          std::string::npos);
    suite::build_bundle(vendor.source("1.5"), SigningKey::generate(), vendor.file("theirs"));
    CHECK(refused(platform::read_file(vendor.file("theirs"))).find("a signature by the key") !=
          std::string::npos);
    const std::string nested = vendor.file("nested");
    suite::build_bundle(vendor.source("1.5"), vendor.key, nested, {vendor.build("1.2")});
    CHECK(refused(platform::read_file(nested)).find("a bundle that carries others") !=
          std::string::npos);
    CHECK(refused(good + "x").find("carrier:via/1.5.locum") != std::string::npos);
    CHECK(refused(good.substr(0, good.size() - 512)).find("carrier:via") != std::string::npos);
    // Signed as it is, it is damaged within: its own hashes count.
    std::string damaged = good;
    damaged[damaged.find("CREATE TABLE")] = 'D';
    CHECK(refused(damaged).find("other content in the part '1.sql'") != std::string::npos);
}

TEST_CASE("via: each byte of a carried bundle counts") {
    const Vendor vendor;
    const std::string whole = vendor.build("2.0", {vendor.build("1.5")});
    const std::string bytes = platform::read_file(whole);
    const std::size_t begin =
        bytes.find("via/1.5.locum", bytes.find("payload/server.tar.zst", bytes.find("[files]")));
    REQUIRE(begin != std::string::npos);
    const std::string file = vendor.file("tampered");
    for (std::size_t at = begin; at < bytes.size(); at += 97) {
        std::string changed = bytes;
        changed[at] ^= 1;
        sample::overwrite(file, changed);
        CHECK(outcome([&] { vendor.open(file); }).kind == Kind::not_trusted);
    }
    sample::overwrite(file, bytes);
    CHECK(versions(vendor.open(file)) == std::vector<std::string>{"1.5"});
}

TEST_CASE("via: listed in order, before the version itself, and at paths that are their own") {
    const auto fault = [](const std::string& more) {
        return outcome([&] { suite::parse_manifest(sample::manifest + more, "m.toml"); }).text;
    };
    const auto via = [](const std::string& version) {
        return "[[via]]\nversion = \"" + version + "\"\nschema = \"1\"\n";
    };
    CHECK(fault(via("0.5") + via("0.9")).empty());
    CHECK(fault(via("0.9") + via("0.5")).find("the version 0.5 in 'via'") != std::string::npos);
    CHECK(fault(via("0.9") + via("0.9")).find("the version 0.9 in 'via'") != std::string::npos);
    CHECK(fault(via("1.0")).find("expected versions before 1.0") != std::string::npos);
    CHECK(fault(via("0.5") + "size = 1\n").find("size") != std::string::npos);
    std::string taken = sample::manifest;
    CHECK(outcome([&] {
              suite::parse_manifest(replaced(taken, "file = \"1.sql\"", "file = \"via/1.5.locum\""),
                                    "m.toml");
          }).text.find("a path that the bundle does not need itself") != std::string::npos);
}
