#include "engine/error.hpp"
#include "token/identity.hpp"
#include "token/seal.hpp"

#include <string>

#include <doctest/doctest.h>

using locum::engine::Error;
using locum::engine::Kind;
using locum::engine::Secret;
using locum::token::NodeKey;
using locum::token::seal;
using locum::token::unseal;

namespace {
std::string refusal(const std::string& sealed, const Secret& key, const char* purpose) {
    try {
        unseal(sealed, key, purpose);
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::not_trusted);
        return error.what();
    }
    return "opened";
}
} // namespace

TEST_CASE("what a node seals only that node opens, for the same purpose") {
    const NodeKey key = NodeKey::generate();
    const Secret value("-----BEGIN PRIVATE KEY-----\nsecret\n");
    const std::string sealed = seal(value, key.pem(), "ca-key");
    CHECK(unseal(sealed, key.pem(), "ca-key") == value);
    CHECK(sealed.find('\n') == std::string::npos);
    CHECK(sealed != seal(value, key.pem(), "ca-key"));
    CHECK(refusal(sealed, NodeKey::generate().pem(), "ca-key").find("does not open") !=
          std::string::npos);
    CHECK(refusal(sealed, key.pem(), "join-secret").find("does not open") != std::string::npos);
}

TEST_CASE("an empty secret and one with zero bytes come back") {
    const NodeKey key = NodeKey::generate();
    for (const std::string& text : {std::string(), std::string("a\0b", 3)})
        CHECK(unseal(seal(Secret(text), key.pem(), "p"), key.pem(), "p").reveal() == text);
}

TEST_CASE("every changed or cut sealed text is refused") {
    const NodeKey key = NodeKey::generate();
    const std::string sealed = seal(Secret("value"), key.pem(), "p");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        std::string changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK(refusal(changed, key.pem(), "p") != "opened");
        CHECK(refusal(sealed.substr(0, at), key.pem(), "p") != "opened");
    }
    CHECK(refusal("locum-seal-2:00", key.pem(), "p").find("version") != std::string::npos);
    CHECK(refusal("plain", key.pem(), "p").find("no form that is known") != std::string::npos);
}
