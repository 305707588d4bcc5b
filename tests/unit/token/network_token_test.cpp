#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/operating_system.hpp"
#include "platform/tree.hpp"
#include "token/authority.hpp"
#include "token/network_token.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using locum::engine::Error;
using locum::engine::Kind;
using locum::engine::Secret;
using locum::token::NetworkToken;
namespace platform = locum::platform;

struct Folder {
    std::string path =
        platform::make_temporary_folder(platform::temporary_folder(), "locum-token-");
    ~Folder() { platform::remove_all(path); }
    std::string file() const { return path + "/network.token"; }
};

NetworkToken sample() {
    NetworkToken token;
    token.suite = "endpoint-manager";
    token.cluster_id = "3f1c";
    token.addresses = {"127.0.0.2:61616", "[::1]:61616", "host-b.example.com:61616"};
    token.ca_pin = platform::sha256_hex("pin");
    token.join_secret = locum::token::fresh_join_secret();
    token.bundle_key = platform::sha256_hex("key");
    return token;
}

// A whole file again after a change of its lines, as a forger without the secret could make it.
std::string with_checksum(std::string lines) {
    lines.erase(lines.find("checksum = "));
    return lines + "checksum = " + platform::sha256_hex(lines) + "\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a token comes back as it was stored, readable by its owner only") {
    const Folder folder;
    const NetworkToken token = sample();
    token.store(folder.file());
    CHECK(platform::has_mode(platform::look_at(folder.file()).value().mode, 0600));
    const NetworkToken back = NetworkToken::load(folder.file());
    CHECK(back.suite == token.suite);
    CHECK(back.cluster_id == token.cluster_id);
    CHECK(back.addresses == token.addresses);
    CHECK(back.ca_pin == token.ca_pin);
    CHECK(back.join_secret == token.join_secret);
    CHECK(back.bundle_key == token.bundle_key);
    CHECK(back.fingerprint() == token.fingerprint());
    CHECK(back.fingerprint().size() == 47);
}

TEST_CASE("a token open to others is refused with the command to type (not shown by Wine)") {
    const Folder folder;
    sample().store(folder.file());
    std::vector<unsigned> modes = {0604U, 0601U};
    if (!platform::system_name().starts_with("windows")) // where bits for the group let nobody in
        modes.insert(modes.end(), {0640U, 0660U});
    for (const unsigned mode : modes) {
        platform::set_mode(folder.file(), mode);
        try {
            NetworkToken::load(folder.file());
            FAIL("loaded");
        } catch (const Error& error) {
            CHECK(error.remedy() == platform::how_to_make_private(folder.file()));
            CHECK(error.kind() == Kind::usage);
        }
    }
    platform::set_mode(folder.file(), 0400);
    CHECK_NOTHROW(NetworkToken::load(folder.file()));
}

TEST_CASE("a token that is not there, or is a folder, is named") {
    const Folder folder;
    CHECK_THROWS_WITH_AS(NetworkToken::load(folder.file()),
                         ("there is no network token at " + folder.file()).c_str(), Error);
    CHECK_THROWS_AS(NetworkToken::load(folder.path), Error);
}

TEST_CASE("storing never replaces another network's token or another file") {
    const Folder folder;
    const NetworkToken token = sample();
    token.store(folder.file());
    CHECK_NOTHROW(token.store(folder.file()));
    NetworkToken rotated = token;
    rotated.join_secret = locum::token::fresh_join_secret();
    CHECK_NOTHROW(rotated.store(folder.file()));
    NetworkToken foreign = token;
    foreign.ca_pin = platform::sha256_hex("other");
    try {
        foreign.store(folder.file());
        FAIL("stored");
    } catch (const Error& error) {
        const std::string what = error.what();
        CHECK(error.kind() == Kind::refused);
        CHECK(what.find(token.fingerprint()) != std::string::npos);
        CHECK(what.find(foreign.fingerprint()) != std::string::npos);
    }
    platform::write_file(folder.file(), "my notes", 0600);
    CHECK_THROWS_AS(token.store(folder.file()), Error);
    CHECK(platform::read_file(folder.file()) == "my notes");
}

TEST_CASE("every cut and every changed byte of a token is refused") {
    const std::string whole = sample().text().reveal();
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        for (const std::string& text : {changed, whole.substr(0, at)})
            try {
                NetworkToken::parse(text);
                ++accepted;
            } catch (const Error& error) {
                CHECK(error.kind() == Kind::not_trusted);
            }
    }
    CHECK(accepted == 0);
}

TEST_CASE("a token that is not what it claims is told apart") {
    const std::string whole = sample().text().reveal();
    const std::string pin = sample().ca_pin;
    const auto begin = whole.find("join-secret = ") + 14;
    const std::string digits = whole.substr(begin, 64);
    struct Bad {
        std::string text;
        std::string says;
    };
    const std::vector<Bad> table{
        {"", "something else"},
        {"-----BEGIN CERTIFICATE-----\n", "something else"},
        {whole.substr(0, whole.find("checksum")), "is cut"},
        {whole.substr(0, whole.size() / 2), "is cut"},
        {whole + "\n", "is cut"},
        {replaced(whole, "127.0.0.2", "127.0.0.9"), "was altered"},
        {whole + "checksum = 00\n", "was altered"},
        {replaced(whole, "token-1", "token-2"), "this Locum reads"},
        {with_checksum(replaced(whole, "suite = endpoint-manager\n", "")), "has no 'suite'"},
        {with_checksum(replaced(whole, "suite = ", "suite=")), "not 'key = value'"},
        {with_checksum(replaced(whole, "cluster = 3f1c", "cluster = 3f1c\ncluster = 4")), "twice"},
        {with_checksum(replaced(whole, "cluster = 3f1c", "cluster = 3f1c\nuse = 4")),
         "unknown key 'use'"},
        {with_checksum(replaced(whole, "127.0.0.2:61616", "127.0.0.2")), "wrong address"},
        {with_checksum(replaced(whole, "127.0.0.2:61616", "127.0.0.2:99999")), "wrong address"},
        {with_checksum(replaced(whole, pin, pin.substr(1))), "no pin"},
        {with_checksum(replaced(whole, digits, digits.substr(0, 30))), "15 bytes"},
        {with_checksum(replaced(whole, digits, digits.substr(0, 63))), "not hex digits"},
        {with_checksum(replaced(whole, digits, std::string(64, 'G'))), "not hex digits"},
    };
    for (const Bad& bad : table) {
        CAPTURE(bad.says);
        try {
            NetworkToken::parse(bad.text);
            FAIL_CHECK("accepted");
        } catch (const Error& error) {
            const std::string what = error.what();
            CHECK_MESSAGE(what.find(bad.says) != std::string::npos, what);
            CHECK_FALSE(error.remedy().empty());
            CHECK(what.find(digits.substr(0, 16)) == std::string::npos);
        }
    }
}

TEST_CASE("a token with values that have no place in its file is not written") {
    const auto refused = [](auto change) {
        NetworkToken token = sample();
        change(token);
        CHECK_THROWS_AS(token.text(), Error);
    };
    refused([](NetworkToken& t) { t.suite = "a\njoin-secret = 00"; });
    refused([](NetworkToken& t) { t.suite.clear(); });
    refused([](NetworkToken& t) { t.cluster_id = " x"; });
    refused([](NetworkToken& t) { t.addresses.clear(); });
    refused([](NetworkToken& t) { t.addresses = {"a:1, b:2"}; });
    refused([](NetworkToken& t) { t.addresses = {"::1:61616"}; });
    refused([](NetworkToken& t) { t.ca_pin = "ABC"; });
    refused([](NetworkToken& t) { t.join_secret = Secret("short"); });
    refused([](NetworkToken& t) { t.bundle_key.clear(); });
}

TEST_CASE("the fingerprint tells networks apart") {
    const std::string pin = platform::sha256_hex("pin");
    CHECK(locum::token::network_fingerprint("a", pin) !=
          locum::token::network_fingerprint("b", pin));
    CHECK(locum::token::network_fingerprint("a", pin) !=
          locum::token::network_fingerprint("a", platform::sha256_hex("other")));
}
