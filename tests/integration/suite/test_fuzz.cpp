// Outside input, mutated in the same way at every run: anything but an orderly refusal fails.

#include "sample.hpp"

#include "suite/file_list.hpp"
#include "suite/setup_file.hpp"
#include "suite/template.hpp"
#include "tests/support/pe_sample.hpp"
#include "tests/support/sources.hpp"
#include <chrono>

#include <random>

using namespace locum;
using sample::Content;
using suite::Bundle;
using suite::SigningKey;

namespace {

constexpr auto time_limit = std::chrono::seconds(20);

std::string mutated(std::string text, std::mt19937& random) {
    const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
    static const std::vector<std::string> words = {"[",       "]",
                                                   "[[",      "]]",
                                                   "{",       "}",
                                                   "=",       "\"",
                                                   "'''",     "\n",
                                                   ".",       ",",
                                                   "-1",      "99999999999999999999",
                                                   "1e9",     "0x7f",
                                                   "true",    "[a.b.c]",
                                                   "\xff",    "\xf0\x9f\x98\x80",
                                                   "\\u0000", "..",
                                                   "/",       "#"};
    for (std::size_t count = 1 + below(4); count > 0; --count) {
        const std::size_t at = below(text.size());
        switch (below(5)) {
        case 0:
            if (!text.empty())
                text[at] = static_cast<char>(random());
            break;
        case 1:
            text.erase(at, 1 + below(30));
            break;
        case 2:
            text.insert(at, words[below(words.size())]);
            break;
        case 3:
            text.insert(at, text.substr(below(text.size()), below(200)));
            break;
        case 4:
            text.resize(at);
            break;
        }
    }
    return text;
}

template <class F>
std::pair<unsigned, unsigned> rounds(unsigned most, F&& f) {
    const auto until = std::chrono::steady_clock::now() + time_limit;
    std::mt19937 random(20240611);
    unsigned done = 0;
    unsigned refused = 0;
    for (; done < most && std::chrono::steady_clock::now() < until; ++done) {
        try {
            f(random);
        } catch (const engine::Error& error) {
            ++refused;
            CHECK(std::string(error.what()) != "");
        }
    }
    return {done, refused};
}

// Repeated, what mutation of single places does not make: a text that nests deep.
std::string nested(std::mt19937& random) {
    static const std::vector<std::string> units = {
        "a.", "\"a\" . ", "[", "[[", "{a=", "[{a.b=", "{", "a.a={", "'.'."};
    static const std::vector<std::string> ends = {"a = 1\n", "]\n", "]]\n", "1", "", "\n"};
    std::string text = random() % 2 == 0 ? "x = " : "";
    text += random() % 2 == 0 ? "[" : "";
    const std::string& unit = units[random() % units.size()];
    for (std::size_t count = 1 + random() % 100000; count > 0; --count)
        text += unit;
    return text + ends[random() % ends.size()];
}

} // namespace

TEST_CASE("no depth brings the parser down") {
    const auto [done, refused] = rounds(300, [&](std::mt19937& random) {
        const std::string text = nested(random);
        suite::Section::parse(text, "fuzz.toml");
    });
    MESSAGE(done << " texts, " << refused << " refused");
    CHECK(done > 50);
    CHECK(refused > done / 2);
}

TEST_CASE("no manifest brings the parser down") {
    const std::string seed =
        platform::read_file(testing::source_file("examples/endpoint-manager/suite-2.0.toml"));
    const auto [done, refused] = rounds(20000, [&](std::mt19937& random) {
        suite::parse_manifest(mutated(seed, random), "fuzz.toml");
    });
    MESSAGE(done << " manifests, " << refused << " refused");
    CHECK(done > 500);
    CHECK(refused > done / 2);
}

TEST_CASE("what is taken for a list of files is what is written for it") {
    const std::string server = "server";
    const std::string sum(64, 'a');
    using Type = suite::File::Type;
    const std::string seed =
        suite::written_files({server}, {{"server", "bin", Type::directory, 0755, 0, "", ""},
                                        {"server", "bin/run", Type::regular, 0755, 19, sum, ""},
                                        {"server", "bin/start", Type::symlink, 0777, 0, "", "run"},
                                        {"server", "notes", Type::regular, 0644, 0, sum, ""}});
    const auto rest = suite::Section::parse("", "fuzz.toml");
    const auto [done, refused] = rounds(100000, [&](std::mt19937& random) {
        const std::string text = mutated(seed, random);
        const auto files = suite::read_files(text, 0, {server}, rest);
        CHECK(suite::written_files({server}, files) == text);
    });
    MESSAGE(done << " lists, " << refused << " refused");
    CHECK(done > 1000);
    CHECK(refused > done / 2);
    CHECK(refused < done);
}

TEST_CASE("no bundle brings the reader down, signed or not") {
    const sample::Folder folder;
    const SigningKey key = SigningKey::generate();
    const std::string source = folder.path + "/source";
    const std::string file = folder.path + "/b.locum";
    sample::write_source(source);
    suite::build_bundle(source + "/suite.toml", key, file);
    const std::string bytes = platform::read_file(file);
    const std::size_t size = *suite::layout::read_size(bytes.substr(0, 512));
    const std::string text = bytes.substr(512, size);
    const Bundle whole = Bundle::open(file, key.public_key());
    const std::string payload = whole.text("payload/server.tar.zst");
    const std::string sql = whole.text("1.sql");
    const auto files = whole.manifest().files;

    const auto open = [&](const std::string& changed) {
        sample::overwrite(file, changed);
        const Bundle bundle = Bundle::open(file, key.public_key());
        platform::remove_all(folder.path + "/in");
        bundle.unpack("server", folder.path + "/in");
    };
    unsigned accepted = 0;
    const auto [done, refused] = rounds(1500, [&](std::mt19937& random) {
        std::string changed;
        switch (random() % 3) {
        case 0: // as it came over the wire
            changed = mutated(bytes, random);
            if (changed == bytes)
                return;
            open(changed);
            ++accepted;
            break;
        case 1: // a vendor's key over nonsense
            open(sample::signed_bundle(key, mutated(text, random),
                                       {{"1.sql", sql}, {"payload/server.tar.zst", payload}}));
            break;
        case 2: { // a vendor's key over a broken archive
            const std::vector<Content> parts = {
                {"1.sql", sql}, {"payload/server.tar.zst", mutated(payload, random)}};
            open(sample::signed_bundle(key, sample::with_parts(parts, files), parts));
            break;
        }
        }
    });
    MESSAGE(done << " bundles, " << refused << " refused");
    CHECK(accepted == 0);
    CHECK(done > 200);
    CHECK_FALSE(platform::exists(folder.path + "/in.stage"));
}

TEST_CASE("no setup file brings the reader down, and none is taken for another") {
    const sample::Folder folder;
    const std::string program = folder.path + "/program";
    const std::string file = folder.path + "/setup";
    platform::write_file(program, testing::pe_program(), 0755);
    platform::write_file(folder.path + "/bundle", std::string(300, 'b'), 0644);
    suite::write_setup_file(program, folder.path + "/bundle", file);
    const std::string seed = testing::pe_signed(platform::read_file(file));
    const auto [done, refused] = rounds(20000, [&](std::mt19937& random) {
        std::string changed = seed;
        if (random() % 2 == 0)
            changed = mutated(changed, random);
        else // in the headers, where numbers are
            testing::pe_put(changed, random() % 0x200, static_cast<std::uint32_t>(random()),
                            1 + random() % 4);
        sample::overwrite(file, changed);
        const auto setup = suite::read_setup_file(file);
        if (!setup)
            return;
        CHECK(setup->program_size + setup->bundle_size < changed.size());
        suite::unpack_bundle(*setup, folder.path + "/out");
        suite::unpack_program(*setup, folder.path + "/out");
        // But for what signing changes, it is the one that was put in.
        CHECK(platform::read_file(folder.path + "/out").substr(testing::pe_directory_at + 8) ==
              testing::pe_program().substr(testing::pe_directory_at + 8));
    });
    MESSAGE(done << " setups, " << refused << " refused");
    CHECK(done > 500);
    CHECK(refused > 0);
    CHECK(refused < done);
}

TEST_CASE("no template brings the renderer down") {
    const std::string seed = platform::read_file(
        testing::source_file("examples/endpoint-manager/templates/server.conf.in"));
    std::size_t longest = 0;
    const auto [done, refused] = rounds(20000, [&](std::mt19937& random) {
        suite::Scope scope;
        scope.variables = {{"datasource", "sqlite"}, {"node.name", "n"}, {"datasource.file", "f"}};
        scope.lists["servers"] = {{{"name", "a"}}, {{"name", "b"}}};
        longest = std::max(longest, suite::render(mutated(seed, random), scope, "fuzz.in").size());
    });
    CHECK(done > 500);
    CHECK(refused > 0);
}
