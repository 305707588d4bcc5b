#include "platform/secret_file.hpp"
#include "tests/support/scratch.hpp"

#include <optional>

using namespace locum;
using namespace locum::platform;

TEST_CASE("a secret file: each has its own, and it goes with its owner") {
    std::optional<SecretFile> one(engine::Secret("one"));
    const SecretFile other(engine::Secret("other"));
    const std::string path = one->path();
    SecretFile moved = std::move(*one);
    one.reset();
    CHECK(read_file(moved.path()) == "one");
    CHECK(read_file(other.path()) == "other");
    { const SecretFile gone = std::move(moved); }
    CHECK(!exists(path));
}
