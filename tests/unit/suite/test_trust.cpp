#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "suite/trust.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace locum;
using namespace locum::suite;

namespace {

struct Folder {
    std::string path = platform::make_temporary_folder("/tmp", "locum-trust-");
    ~Folder() { platform::remove_all(path); }
};

std::string complaint(const std::string& text) {
    try {
        PublicKey::parse(text);
        return "accepted";
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        return error.what();
    }
}

} // namespace

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
    const Folder folder;
    const std::string name = folder.path + "/vendor";
    const SigningKey key = SigningKey::generate();
    write_key_pair(key, name);
    struct stat status {};
    REQUIRE(stat((name + ".key").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
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

TEST_CASE("OpenSSL's own command reads the pair, and says the same fingerprint") {
    const Folder folder;
    write_key_pair(SigningKey::generate(), folder.path + "/k");
    const std::string command =
        "cd " + folder.path +
        " && openssl pkey -in k.key -pubout | cmp - k.pub"
        " && openssl pkey -pubin -in k.pub -outform DER | sha256sum | cut -c1-64 > print";
    REQUIRE(std::system(command.c_str()) == 0);
    const std::string print = platform::read_file(folder.path + "/print").substr(0, 64);
    CHECK(PublicKey::load(folder.path + "/k.pub").fingerprint() == platform::colons(print));
}

TEST_CASE("what is not an Ed25519 key is refused") {
    CHECK(complaint("") ==
          "found no public key; expected a PEM file with BEGIN PUBLIC KEY, or 64 hex digits");
    CHECK(complaint("d75a98") == complaint(""));
    CHECK(complaint("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") ==
          complaint(""));
    const Folder folder;
    const std::string command =
        "cd " + folder.path +
        " && openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out e.key "
        "2>/dev/null"
        " && openssl pkey -in e.key -pubout -out e.pub"
        " && openssl genpkey -quiet -algorithm ED25519 -aes256 -pass pass:x -out p.key 2>/dev/null";
    const std::string plain =
        "cd " + folder.path +
        " && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out e.key 2>/dev/null"
        " && openssl pkey -in e.key -pubout -out e.pub"
        " && openssl genpkey -algorithm ED25519 -aes256 -pass pass:x -out p.key 2>/dev/null";
    REQUIRE((std::system(command.c_str()) == 0 || std::system(plain.c_str()) == 0));
    CHECK_THROWS_AS(SigningKey::load(folder.path + "/e.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder.path + "/p.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder.path + "/none.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder.path + "/e.pub"), engine::Error);
    CHECK_THROWS_AS(PublicKey::load(folder.path + "/e.pub"), engine::Error);
}
