#include "examples/endpoint-manager/server/credentials.hpp"

#include <doctest/doctest.h>

using namespace endpoint;

TEST_CASE("the seeded password, and no other, matches its hash") {
    const std::string salt = "6c6f63756d2d656e64706f696e742d31";
    const std::string hash = "4569a95b11bd599184a56c63aa5211ae70e5591763f3a7e9eabe76e05aabe5c9";
    CHECK(password_matches("endpoint", salt, 20000, hash));
    CHECK_FALSE(password_matches("Endpoint", salt, 20000, hash));
    CHECK_FALSE(password_matches("endpoint", salt, 20001, hash));
    CHECK_FALSE(password_matches("", salt, 20000, hash));
}

TEST_CASE("a token names its user until it expires, with its own key only") {
    const std::string key = random_key();
    CHECK(key.size() == 64);
    CHECK(key != random_key());
    const std::string token = make_token("a.b \"c\"", 1000, key);
    CHECK(token_user(token, 999, key) == "a.b \"c\"");
    CHECK(token_user(token, 1000, key) == std::nullopt);
    CHECK(token_user(token, 999, random_key()) == std::nullopt);
    CHECK(token_user(token, 999, "") == std::nullopt);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == '0' ? '1' : '0';
        CHECK(token_user(changed, 999, key) == std::nullopt);
    }
    for (const char* text : {"", ".", "..", "a", "a.b"})
        CHECK(token_user(text, 0, key) == std::nullopt);
}
