#include "platform/restart.hpp"

#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

namespace {

// Those of this test: others may have left some on the host.
std::vector<std::string> left_in(const std::string& folder) {
    std::vector<std::string> some;
    for (const std::string& file : left_for_restart())
        if (file.starts_with(folder + "/"))
            some.push_back(file);
    return some;
}

} // namespace

TEST_CASE("restart: the exit code is what tools of Windows know") {
    CHECK(restart_exit_code() == 3010);
}

TEST_CASE("restart: a program that runs is told when it is removed, until it runs no longer") {
    const Scratch scratch;
    std::wstring own(32768, L'\0');
    own.resize(::GetModuleFileNameW(nullptr, own.data(), static_cast<DWORD>(own.size())));
    make_folders(scratch / "bin");
    copy_file(utf8_path(own), scratch / "bin/program.exe", 0755);
    const HMODULE running = ::LoadLibraryExW((wide(scratch / "bin") + L"/program.exe").c_str(),
                                             nullptr, DONT_RESOLVE_DLL_REFERENCES);
    REQUIRE(running != nullptr);
    CHECK(left_in(scratch.path()).empty());
    remove_all(scratch / "bin");
    const std::vector<std::string> left = left_in(scratch.path());
    REQUIRE(left.size() == 1);
    CHECK(left[0].starts_with(scratch / "bin.locum-gone-"));
    CHECK(exists(left[0]));
    ::FreeLibrary(running);
    CHECK(left_in(scratch.path()).empty());
    CHECK(list_folder(scratch.path()).empty());
}
