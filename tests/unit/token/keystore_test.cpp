// The file of a cluster's seed: what opens it, and what is refused.

#include "tests/support/scratch.hpp"
#include "token/keystore.hpp"
#include "token/network_token.hpp"

#include <fmt/format.h>
#include <random>

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using engine::Secret;
using token::Keystore;

namespace {

constexpr unsigned cheap = 14; // the least: 16 MiB for each passphrase
const Secret seed(std::string(token::seed_bytes - 1, '\7') + '\0');
const Secret passphrase("correct horse battery");

Keystore sample(const Secret& of = seed) {
    return token::make_keystore("endpoint-manager", token::network_fingerprint("3f1c", "pin"), of,
                                passphrase, cheap);
}

// A whole file again after a change of its lines, as a forger could make it.
std::string with_checksum(std::string lines) {
    lines.erase(lines.rfind("checksum = "));
    return lines + "checksum = " + platform::sha256_hex(lines) + "\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

// What is said of the text, to parse it and to open it; "opened" where nothing is.
std::string refusal(const std::string& text) {
    try {
        const Secret opened = Keystore::parse(text).open(passphrase);
        CHECK(opened == seed);
    } catch (const engine::Error& error) {
        CHECK(error.kind() == Kind::not_trusted);
        CHECK(!error.remedy().empty());
        return error.what();
    }
    return "opened";
}

} // namespace

TEST_CASE("keystore: the passphrase that it was made with opens it, and no other") {
    const Scratch scratch;
    const Keystore made = sample();
    made.store(scratch / "k");
    CHECK(platform::has_mode(permissions(scratch / "k"), 0600));
    const Keystore back = Keystore::load(scratch / "k");
    CHECK(back.suite == "endpoint-manager");
    CHECK(back.network == made.network);
    CHECK(back.seed == token::seed_fingerprint(seed));
    CHECK(back.open(passphrase) == seed);
    for (const char* other : {"correct horse batterz", "correct horse battery ", ""}) {
        const engine::Error error = error_of([&] { back.open(Secret(other)); });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK(contains(error.what(), "does not open with this passphrase"));
        CHECK(!contains(error.one_line() + error.remedy(), "correct horse"));
    }
}

TEST_CASE("keystore: the seed is not in the file, and each file is another") {
    const std::string text = sample().text();
    for (const std::string& hidden : {seed.reveal(), platform::hex(seed.reveal()),
                                      passphrase.reveal(), platform::hex(passphrase.reveal())})
        CHECK(!contains(text, hidden));
    const Keystore one = sample();
    const Keystore other = sample();
    CHECK(one.salt != other.salt);
    CHECK(one.sealed != other.sealed);
    CHECK(one.seed == other.seed); // so that it can be compared
    CHECK(one.seed != sample(Secret(std::string(token::seed_bytes, 'x'))).seed);
    CHECK(one.seed.size() == 47);
}

TEST_CASE("keystore: a file that is there is never replaced") {
    const Scratch scratch;
    platform::write_file(scratch / "k", "mine", 0644);
    const engine::Error error = error_of([&] { sample().store(scratch / "k"); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.what(), (scratch / "k") + " is there already"));
    CHECK(platform::read_file(scratch / "k") == "mine");
    CHECK(platform::has_mode(permissions(scratch / "k"), 0644));
}

TEST_CASE("keystore: each byte counts, and so does each length") {
    const std::string text = sample().text();
    for (std::size_t at = 0; at < text.size(); ++at) {
        CAPTURE(at);
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
        CHECK(refusal(changed) != "opened");
        CHECK(refusal(text.substr(0, at)) != "opened");
        CHECK(refusal(text.substr(0, at) + text[at] + text.substr(at)) != "opened");
    }
    for (const std::string& longer :
         {text + "\n", text + text, "\n" + text, text + std::string(1, '\0'),
          std::string(1U << 20, 'a'), std::string(4097, '\n') + text})
        CHECK(refusal(longer) != "opened");
    CHECK(refusal(text) == "opened");
}

TEST_CASE("keystore: with a checksum that was made again, no value can be another") {
    const std::string text = sample().text();
    const auto value = [&text](const std::string& key) {
        const std::size_t begin = text.find("\n" + key + " = ") + key.size() + 4;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    const auto forged = [&](const std::string& from, const std::string& to) {
        return refusal(with_checksum(replaced(text, from, to)));
    };
    const auto flipped = [](std::string digits, std::size_t at) {
        digits[at] = digits[at] == '0' ? '1' : '0';
        return digits;
    };
    const char* does_not_open = "the keystore does not open with this passphrase: it was exported "
                                "with another one, or was altered";
    CHECK(forged("suite = endpoint-manager", "suite = powerdns") == does_not_open);
    for (const char* key : {"network", "seed", "salt"})
        CHECK(forged(value(key), flipped(value(key), 0)) == does_not_open);
    CHECK(forged("cost = 14", "cost = 15") == does_not_open);
    // Nonce, tag and the seed itself, to the last digit.
    for (const std::size_t at : {0U, 23U, 24U, 55U, 56U, 119U})
        CHECK(forged(value("sealed"), flipped(value("sealed"), at)) == does_not_open);
}

TEST_CASE("keystore: what a file may ask for is bounded, and there is one way to write it") {
    const std::string text = sample().text();
    const auto forged = [&](const std::string& from, const std::string& to) {
        return refusal(with_checksum(replaced(text, from, to)));
    };
    for (const char* cost : {"0", "13", "19", "63", "64", "4294967295"})
        CHECK(contains(forged("cost = 14", std::string("cost = ") + cost), "expected 14 to 18"));
    for (const char* cost : {"-1", "+14", "14 ", "1e1", "0x0e", "99999999999999999999"})
        CHECK(contains(forged("cost = 14", std::string("cost = ") + cost), "not a number"));
    CHECK(contains(forged("cost = 14", "cost = 014"), "not as Locum writes it"));
    CHECK(contains(forged("# Keystore", "# keystore"), "not as Locum writes it"));
    CHECK(contains(forged("salt = ", "\nsalt = "), "not as Locum writes it"));
    CHECK(contains(forged("salt = ", "salt = aa"), "no salt of 16 bytes"));
    CHECK(contains(forged("salt = ", "salt = A"), "not hex digits"));
    CHECK(contains(forged("sealed = ", "sealed = 00"), "no seed of 32 bytes"));
    CHECK(contains(forged("salt = ", "more = 1\nsalt = "), "unknown key 'more'"));
    CHECK(contains(forged("salt = ", "cost = 14\nsalt = "), "key 'cost' twice"));
    CHECK(contains(forged("cost = 14\n", ""), "has no 'cost'"));
    CHECK(contains(forged("suite = endpoint-manager", "suite = " + std::string(300, 'a')),
                   "names no suite"));
    CHECK(contains(forged("seed = ", "seed = :"), "no fingerprint of a seed"));
}

TEST_CASE("keystore: a newer format, a token and other files are told apart") {
    const std::string text = sample().text();
    const engine::Error newer =
        error_of([&] { Keystore::parse(replaced(text, "locum-keystore-1", "locum-keystore-2")); });
    CHECK(std::string(newer.what()) == "the keystore has 'format = locum-keystore-2'; this Locum "
                                       "reads 'format = locum-keystore-1'");
    CHECK(contains(newer.remedy(), "version of Locum that wrote it"));
    CHECK(contains(refusal("format = locum-network-token-1\n"), "is something else"));
    CHECK(contains(refusal(""), "is something else"));
    CHECK(contains(refusal(std::string("\0\0\0", 3)), "is something else"));
    const Scratch scratch;
    CHECK(error_of([&] { Keystore::load(scratch / "none"); }).kind() == Kind::usage);
    CHECK(contains(error_of([&] { Keystore::load(scratch.path()); }).what(), "is not a file"));
}

TEST_CASE("keystore: mangled at random with a checksum that fits, it is refused in the same way") {
    const std::string text = sample().text();
    std::mt19937 random(20261129);
    const auto below = [&random](std::size_t end) { return random() % end; };
    for (int run = 0; run < 400; ++run) {
        std::string changed = text.substr(0, text.rfind("checksum = "));
        const std::size_t head = changed.find("salt = "); // behind it a key is made for each
        for (std::size_t i = 0, all = 1 + below(4); i < all; ++i) {
            const std::size_t at = below(run % 40 == 0 ? changed.size() : head);
            switch (below(3)) {
            case 0:
                changed[at] = static_cast<char>(below(256));
                break;
            case 1:
                changed.erase(at, 1 + below(20));
                break;
            default:
                changed.insert(at, changed, below(changed.size()), below(40));
            }
        }
        const std::string whole = changed + "checksum = " + platform::sha256_hex(changed) + "\n";
        if (whole != text)
            CHECK(refusal(whole) != "opened");
    }
}

TEST_CASE("keystore: a passphrase that is too short, and a seed of another size, make none") {
    for (const std::string& shorter : {std::string(), std::string("elevenchars")}) {
        const engine::Error error = error_of([&] {
            token::make_keystore("small", token::network_fingerprint("c", "p"), seed,
                                 Secret(shorter), cheap);
        });
        CHECK(error.kind() == Kind::usage);
        CHECK(std::string(error.what()) ==
              fmt::format("found a passphrase of {} characters; expected 12 or more",
                          shorter.size()));
    }
    CHECK_THROWS_AS(sample(Secret("short")), engine::Error);
    CHECK(token::fault_of_passphrase(Secret("twelve chars")) == "");
    CHECK(token::fault_of_passphrase(Secret("\u00e4\u00f6\u00fc\u00df\u00e4\u00f6\u00fc")) ==
          "found a passphrase of 7 characters; expected 12 or more"); // of 14 bytes
}
