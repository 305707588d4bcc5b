#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/tree.hpp"
#include "suite/trust.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::suite;

TEST_CASE("a signature holds for its message and key only") {
    const SigningKey key = SigningKey::generate();
    const PublicKey open = key.public_key();
    std::string signature = key.sign("message");
    CHECK(signature.size() == 64);
    CHECK(open.verify("message", signature));
    CHECK(key.sign("message") == signature);
    CHECK_FALSE(open.verify("Message", signature));
    CHECK_FALSE(open.verify("", signature));
    CHECK_FALSE(open.verify("message", signature.substr(1)));
    CHECK_FALSE(SigningKey::generate().public_key().verify("message", signature));
    for (std::size_t i = 0; i < signature.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            std::string other = signature;
            other[i] = static_cast<char>(other[i] ^ (1 << bit));
            CHECK_FALSE(open.verify("message", other));
        }
}

TEST_CASE("the empty message of RFC 8032, section 7.1, test 1") {
    const auto key =
        PublicKey::parse("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    CHECK(key.verify("", platform::from_hex(
                             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                             "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")));
}

TEST_CASE("a pair of files is written once and read back") {
    const testing::Scratch folder;
    const std::string name = folder / "vendor";
    const SigningKey key = SigningKey::generate();
    write_key_pair(key, name);
    CHECK(platform::has_mode(platform::look_at(name + ".key").value().mode, 0600));
    const PublicKey open = PublicKey::load(name + ".pub");
    CHECK(open == key.public_key());
    CHECK(SigningKey::load(name + ".key").public_key() == open);
    CHECK(open.verify("x", SigningKey::load(name + ".key").sign("x")));
    CHECK(PublicKey::parse(open.hex()) == open);
    CHECK(PublicKey::parse(open.hex() + "\n") == open);
    CHECK(open.fingerprint().size() == 95);
    CHECK_THROWS_WITH_AS(write_key_pair(key, name),
                         (name + ".key is there already; a key is never overwritten").c_str(),
                         engine::Error);
    platform::remove_all(name + ".key");
    CHECK_THROWS_AS(write_key_pair(key, name), engine::Error);
    CHECK_FALSE(platform::exists(name + ".key"));
}
