// Wine asks for no consent: what Windows would be called with is looked at instead.

#include "platform/elevation.hpp"
#include "platform/windows/elevation.hpp"
#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::error_of;

namespace {

struct Recorded {
    bool desktop = true;
    DWORD answer = ERROR_SUCCESS;
    int calls = 0;
    std::string verb, file, parameters, folder;
    ULONG mask = 0;

    ElevationCalls functions() {
        return {[this] { return desktop; },
                [this](SHELLEXECUTEINFOW& call) {
                    ++calls;
                    verb = utf8(call.lpVerb);
                    file = utf8(call.lpFile);
                    parameters = utf8(call.lpParameters);
                    folder = utf8(call.lpDirectory);
                    mask = call.fMask;
                    if (answer == ERROR_SUCCESS)
                        call.hProcess = ::CreateEventW(nullptr, TRUE, TRUE, nullptr);
                    return answer;
                },
                [](HANDLE) { return 17; }};
    }
    std::optional<int> run(const std::vector<std::string>& arguments) {
        return run_elevated(functions(), "C:/a folder/x-setup.exe", arguments);
    }
};

} // namespace

TEST_CASE("a program runs as an administrator with its arguments, and its exit code is passed on") {
    Recorded windows;
    CHECK(windows.run({"--answers", "C:/my answers.toml", "", "say \"x\""}) == 17);
    CHECK(windows.verb == "runas");
    CHECK(windows.file == "C:\\a folder\\x-setup.exe");
    CHECK(windows.parameters == "--answers \"C:/my answers.toml\" \"\" \"say \\\"x\\\"\"");
    CHECK(windows.folder.substr(1, 2) == ":\\"); // of whatever drive
    CHECK((windows.mask & SEE_MASK_NOCLOSEPROCESS) != 0);
    CHECK((windows.mask & SEE_MASK_FLAG_NO_UI) != 0);
    CHECK(windows.run({}) == 17);
    CHECK(windows.parameters.empty());
}

TEST_CASE("where nobody is there nobody is asked") {
    Recorded windows;
    windows.desktop = false;
    CHECK(!windows.run({}));
    CHECK(windows.calls == 0);
}

TEST_CASE("a person who declines has cancelled, and other errors are told") {
    Recorded windows;
    windows.answer = ERROR_CANCELLED;
    CHECK(error_of([&] { windows.run({}); }).kind() == engine::Kind::cancelled);
    windows.answer = ERROR_FILE_NOT_FOUND;
    CHECK(contains(error_of([&] { windows.run({}); }).what(), "x-setup.exe"));
    CHECK(contains(how_to_elevate("C:/x.exe"), "Run as administrator"));
}
