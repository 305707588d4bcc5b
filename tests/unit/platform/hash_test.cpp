#include "platform/hash.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;

TEST_CASE("SHA-256 of known texts (FIPS 180-2, appendix B)") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(sha256("abc").size() == 32);
}

TEST_CASE("SHA-256 in parts equals SHA-256 at once, and the object starts anew") {
    Sha256 hash;
    for (int round = 0; round < 2; ++round) {
        hash.add("a");
        hash.add("");
        hash.add("bc");
        CHECK(hash.finish() == sha256("abc"));
    }
}

TEST_CASE("hexadecimal digits there and back, and what is not hexadecimal is refused") {
    std::string every;
    for (int byte = 0; byte < 256; ++byte)
        every += static_cast<char>(byte);
    CHECK(from_hex(hex(every)) == every);
    CHECK(hex("\x0f\xf0") == "0ff0");
    CHECK(from_hex("0FF0") == "\x0f\xf0");
    CHECK(from_hex("").empty());
    for (const char* bad : {"0", "0g", "g0", "0x", " 0", "00 "}) {
        const engine::Error error = testing::error_of([&] { from_hex(bad); });
        CHECK(error.kind() == engine::Kind::usage);
        CHECK(!error.remedy().empty());
    }
}

TEST_CASE("random bytes have the length and are not the same twice") {
    CHECK(random_bytes(0).empty());
    CHECK(random_bytes(32).size() == 32);
    CHECK(random_bytes(32) != random_bytes(32));
}

TEST_CASE("colons between pairs of digits") {
    CHECK(colons("3fa2b1") == "3f:a2:b1");
    CHECK(colons("").empty());
}
