#include "engine/secret.hpp"
#include "token/proof.hpp"

#include <string>

#include <doctest/doctest.h>

using locum::engine::Secret;
using locum::token::join_proof;
using locum::token::proves_join;

TEST_CASE("a proof holds for its secret, channel and request only") {
    const Secret secret(std::string(32, 's'));
    const std::string channel(32, 'c');
    const std::string proof = join_proof(secret, channel, "csr");
    CHECK(proof.size() == 64);
    CHECK(proves_join(proof, secret, channel, "csr"));
    CHECK_FALSE(proves_join(proof, Secret(std::string(32, 't')), channel, "csr"));
    CHECK_FALSE(proves_join(proof, secret, std::string(32, 'd'), "csr"));
    CHECK_FALSE(proves_join(proof, secret, channel, "other"));
    CHECK_FALSE(proves_join(proof.substr(1), secret, channel, "csr"));
    CHECK_FALSE(proves_join("", secret, channel, "csr"));
}

TEST_CASE("bytes cannot move between channel and request") {
    const Secret secret(std::string(32, 's'));
    CHECK(join_proof(secret, "ab", "c") != join_proof(secret, "a", "bc"));
}

TEST_CASE("a proof without channel or without secret is none") {
    const Secret secret(std::string(32, 's'));
    CHECK_FALSE(proves_join(join_proof(secret, "", "csr"), secret, "", "csr"));
    CHECK_FALSE(proves_join(join_proof(Secret(), "c", "csr"), Secret(), "c", "csr"));
}

// Computed by Python's hmac and hashlib (RFC 5869 with no salt), so that nodes of other versions
// agree.
TEST_CASE("the proof is the one that is written down") {
    CHECK(join_proof(Secret(std::string(32, 's')), std::string(32, 'c'), "csr") ==
          "f33284a16d1fe5f5a31aeaab630e830373314c882d1f0d1fb1777c955b022112");
}
