#include "platform/native.hpp"
#include "platform/secret_file.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

#include <cstdio>

using namespace locum;
using namespace locum::platform;

TEST_CASE(
    "a secret file: readers that share nothing for deletion read it, and it goes all the same") {
    std::string path;
    {
        const SecretFile file(engine::Secret("canary\n"));
        path = file.path();
        CHECK(!testing::contains(path, "canary"));
        CHECK(has_mode(look_at(path).value().mode, 0600));
        char text[16] = {};
        std::FILE* const reader = std::fopen(path.c_str(), "rb");
        REQUIRE(reader != nullptr);
        CHECK(std::fread(text, 1, sizeof text, reader) == 7);
        CHECK(std::string(text) == "canary\n");
        std::fclose(reader);
    }
    CHECK(!exists(path));
}

TEST_CASE("a secret file: what a process left that was killed goes with the next one") {
    const std::string folder = temporary_folder();
    const std::string left = folder + "/locum-secret-999999999-left";
    const std::string own = folder + "/locum-secret-" + std::to_string(own_pid()) + "-kept";
    write_file(left, "canary", 0600);
    write_file(own, "canary", 0600);
    const SecretFile file(engine::Secret("x"));
    CHECK(!exists(left));
    CHECK(exists(own));
    remove_all(own);
}
