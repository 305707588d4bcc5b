// Keys as the command openssl makes and reads them.

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "suite/trust.hpp"
#include "tests/support/scratch.hpp"

#include <cstdlib>

using namespace locum;
using namespace locum::suite;

namespace {

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

TEST_CASE("OpenSSL's own command reads the pair, and says the same fingerprint") {
    const testing::Scratch folder;
    write_key_pair(SigningKey::generate(), folder / "k");
    const std::string command =
        "cd " + folder.path() +
        " && openssl pkey -in k.key -pubout | cmp - k.pub"
        " && openssl pkey -pubin -in k.pub -outform DER | sha256sum | cut -c1-64 > print";
    REQUIRE(std::system(command.c_str()) == 0);
    const std::string print = platform::read_file(folder / "print").substr(0, 64);
    CHECK(PublicKey::load(folder / "k.pub").fingerprint() == platform::colons(print));
}

TEST_CASE("what is not an Ed25519 key is refused") {
    CHECK(complaint("") ==
          "found no public key; expected a PEM file with BEGIN PUBLIC KEY, or 64 hex digits");
    CHECK(complaint("d75a98") == complaint(""));
    CHECK(complaint("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") ==
          complaint(""));
    const testing::Scratch folder;
    const std::string command =
        "cd " + folder.path() +
        " && openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out e.key "
        "2>/dev/null"
        " && openssl pkey -in e.key -pubout -out e.pub"
        " && openssl genpkey -quiet -algorithm ED25519 -aes256 -pass pass:x -out p.key 2>/dev/null";
    const std::string plain =
        "cd " + folder.path() +
        " && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out e.key 2>/dev/null"
        " && openssl pkey -in e.key -pubout -out e.pub"
        " && openssl genpkey -algorithm ED25519 -aes256 -pass pass:x -out p.key 2>/dev/null";
    REQUIRE((std::system(command.c_str()) == 0 || std::system(plain.c_str()) == 0));
    CHECK_THROWS_AS(SigningKey::load(folder / "e.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder / "p.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder / "none.key"), engine::Error);
    CHECK_THROWS_AS(SigningKey::load(folder / "e.pub"), engine::Error);
    CHECK_THROWS_AS(PublicKey::load(folder / "e.pub"), engine::Error);
}
