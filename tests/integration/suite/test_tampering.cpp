#include "sample.hpp"

#include <cstdio>

using namespace locum;
using sample::Content;
using suite::Bundle;
using suite::SigningKey;

namespace {

// A bundle whose file can be changed quickly.
struct Fixture {
    sample::Folder folder;
    SigningKey key = SigningKey::generate();
    std::string file = folder.path + "/b.locum";
    std::string bytes;

    Fixture() {
        sample::Folder source;
        sample::write_source(source.path);
        suite::build_bundle(source.path + "/suite.toml", key, file);
        bytes = platform::read_file(file);
    }

    sample::Outcome open(const std::string& changed) const {
        sample::overwrite(file, changed);
        return sample::outcome([&] { Bundle::open(file, key.public_key()); });
    }

    bool refused(const std::string& changed) const {
        const auto result = open(changed);
        return result.thrown && result.kind == engine::Kind::not_trusted && !result.remedy.empty();
    }

    void check_alone() const {
        CHECK(platform::list_folder(folder.path) == std::vector<std::string>{"b.locum"});
    }

    // The parts as they are in the bundle.
    std::vector<Content> parts() const {
        const Bundle bundle = Bundle::open(file, key.public_key());
        return {{"1.sql", bundle.text("1.sql")},
                {"payload/server.tar.zst", bundle.text("payload/server.tar.zst")}};
    }
    std::string manifest_text() const {
        const std::size_t size = *suite::layout::read_size(bytes.substr(0, 512));
        return bytes.substr(512, size);
    }
};

} // namespace

TEST_CASE("every byte of a bundle, flipped in turn, is refused") {
    const Fixture f;
    REQUIRE_FALSE(f.open(f.bytes).thrown);
    std::vector<std::size_t> accepted;
    std::string changed = f.bytes;
    for (std::size_t at = 0; at < changed.size(); ++at) {
        const char before = changed[at];
        // One bit, another at each place, and all of them.
        for (const int flip : {1 << (at % 8), 0xff}) {
            changed[at] = static_cast<char>(before ^ flip);
            if (!f.refused(changed))
                accepted.push_back(at);
        }
        changed[at] = before;
    }
    CHECK(accepted == std::vector<std::size_t>{});
    MESSAGE(f.bytes.size() << " bytes flipped");
    f.check_alone();
}

TEST_CASE("a bundle cut at any length is refused, and so is one with more behind it") {
    const Fixture f;
    std::vector<std::size_t> accepted;
    for (std::size_t size = 0; size < f.bytes.size(); ++size)
        if (!f.refused(f.bytes.substr(0, size)))
            accepted.push_back(size);
    CHECK(accepted == std::vector<std::size_t>{});
    for (const std::size_t more : {1U, 511U, 512U, 1024U, 8192U})
        CHECK(f.refused(f.bytes + std::string(more, '\0')));
    CHECK(f.refused(f.bytes + f.bytes));
    CHECK(f.refused(std::string(512, '\0') + f.bytes));
    f.check_alone();
}

TEST_CASE("a signature counts only if the trusted key made it over this manifest") {
    const Fixture f;
    const auto parts = f.parts();
    const std::string text = f.manifest_text();
    CHECK(sample::signed_bundle(f.key, text, parts) == f.bytes);
    const SigningKey foreign = SigningKey::generate();

    const auto by_foreign = f.open(sample::signed_bundle(foreign, text, parts));
    CHECK(by_foreign.kind == engine::Kind::not_trusted);
    CHECK(by_foreign.text ==
          f.file + ": found a signature by the key " + foreign.public_key().fingerprint() +
              "; expected one by the trusted key " + f.key.public_key().fingerprint());

    const std::string claimed =
        suite::layout::encode({f.key.public_key().hex(), foreign.sign(text)});
    const auto forged = f.open(sample::assemble(text, claimed, parts));
    CHECK(forged.kind == engine::Kind::not_trusted);
    CHECK(forged.text.find("found a signature that does not fit its manifest") !=
          std::string::npos);

    CHECK(f.refused(sample::assemble(text, sample::signatures(f.key, text + " "), parts)));
    CHECK(f.refused(sample::assemble(text, "", parts)));
    CHECK(f.refused(
        sample::assemble(text, std::string(suite::layout::signatures_size, '\0'), parts)));
    const std::string two = sample::signatures(f.key, text);
    CHECK(f.refused(sample::assemble(text, two + two, parts)));
    f.check_alone();
}

TEST_CASE("parts that do not belong together, or that nobody listed, are refused") {
    const Fixture f;
    const auto parts = f.parts();
    const std::string text = f.manifest_text();
    CHECK(f.refused(sample::signed_bundle(f.key, text, {parts[1], parts[0]})));
    CHECK(f.refused(sample::signed_bundle(f.key, text, {parts[0]})));
    CHECK(f.refused(sample::signed_bundle(f.key, text, {parts[0], parts[1], {"more", "x"}})));
    CHECK(f.refused(sample::signed_bundle(f.key, text, {parts[0], parts[1], parts[1]})));
    CHECK(f.refused(
        sample::signed_bundle(f.key, text, {parts[0], {parts[1].first, parts[0].second}})));
    CHECK(f.refused(sample::signed_bundle(f.key, text, {{"2.sql", parts[0].second}, parts[1]})));

    // Listed by the vendor's own hand, but named by nothing.
    const std::vector<Content> more = {parts[0], {"extra", "x"}, parts[1]};
    const auto unneeded = f.open(sample::signed_bundle(f.key, sample::with_parts(more, {}), more));
    CHECK(unneeded.kind == engine::Kind::not_trusted);
    CHECK(unneeded.text.find("found parts with the unneeded 'extra'") != std::string::npos);
    const std::vector<Content> fewer = {parts[0]};
    const auto missing = f.open(sample::signed_bundle(f.key, sample::with_parts(fewer, {}), fewer));
    CHECK(missing.text.find("found parts with no 'payload/server.tar.zst'") != std::string::npos);
    const auto none = f.open(sample::signed_bundle(f.key, sample::manifest, {}));
    CHECK(none.text.find("found a manifest without parts") != std::string::npos);
    f.check_alone();
}

TEST_CASE("a bundle that only a newer Locum understands says so") {
    const Fixture f;
    const auto parts = f.parts();
    std::string text = f.manifest_text();
    text.replace(text.find("format = 1"), 10, "format = 2\nnews = true");
    const auto format = f.open(sample::signed_bundle(f.key, text, parts));
    CHECK(format.kind == engine::Kind::refused);
    CHECK(format.text.find("the manifest is of format 2; this Locum, ") == 0);
    CHECK(format.remedy == "install a newer Locum, then run the command again");
    text = f.manifest_text();
    text.replace(text.find("locum = \"0.1\""), 13, "locum = \"99.5\"");
    const auto locum = f.open(sample::signed_bundle(f.key, text, parts));
    CHECK(locum.kind == engine::Kind::refused);
    CHECK(locum.text.find("the manifest needs Locum 99.5 or newer; this is Locum ") == 0);
}

TEST_CASE("another suite, and what is no bundle at all") {
    const Fixture f;
    const Bundle bundle = Bundle::open(f.file, f.key.public_key());
    suite::require_suite(bundle.manifest(), "sample");
    const auto foreign = sample::outcome([&] { suite::require_suite(bundle.manifest(), "other"); });
    CHECK(foreign.kind == engine::Kind::not_trusted);
    CHECK(foreign.text ==
          "found a bundle of the suite 'sample'; expected one of 'other', which is installed");

    for (const std::string& text :
         {std::string(), std::string("hello"), std::string(100000, '\0'), std::string(100000, '7'),
          std::string("\x7f"
                      "ELF")})
        CHECK(f.refused(text));
    const auto gone = sample::outcome([&] { Bundle::open(f.file + "x", f.key.public_key()); });
    CHECK(gone.kind == engine::Kind::usage);
    CHECK(gone.text == f.file + "x: no such file");
    const auto folder = sample::outcome([&] { Bundle::open(f.folder.path, f.key.public_key()); });
    CHECK(folder.kind == engine::Kind::usage);
    // A size that would exhaust memory is refused before anything is reserved.
    CHECK(f.refused(suite::layout::header("manifest.toml", 077777777777)));
    CHECK(f.refused(suite::layout::header("manifest.toml", suite::layout::largest_manifest)));
}
