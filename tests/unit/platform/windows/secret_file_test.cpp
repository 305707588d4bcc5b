#include "platform/native.hpp"
#include "platform/secret_file.hpp"
#include "platform/tree.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
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

TEST_CASE(
    "a secret file: where none can be made, nothing else is taken for it (not shown by Wine)") {
    const testing::Scratch scratch;
    make_folders(scratch / "current");
    const std::string before = temporary_folder();
    const std::string folder = absolute(".");
    ::SetEnvironmentVariableW(L"TMP", wide(with_backslashes(scratch / "missing")).c_str());
    ::SetCurrentDirectoryW(wide(with_backslashes(scratch / "current")).c_str());
    const std::wstring current = wide_path(scratch / "current");
    ::SetFileAttributesW(current.c_str(), FILE_ATTRIBUTE_READONLY); // which goes first
    CHECK_THROWS_AS(SecretFile(engine::Secret("x")), engine::Error);
    CHECK((::GetFileAttributesW(current.c_str()) & FILE_ATTRIBUTE_READONLY) != 0);
    ::SetCurrentDirectoryW(wide(with_backslashes(folder)).c_str());
    ::SetEnvironmentVariableW(L"TMP", wide(with_backslashes(before)).c_str());
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
