#include "platform/lock.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::Scratch;

namespace {

constexpr const wchar_t* variable = L"LOCUM_TEST_LOCK";

// This program once more, which holds the lock until it is ended.
class Holder {
public:
    explicit Holder(const std::string& file) {
        std::wstring own(32768, L'\0');
        own.resize(::GetModuleFileNameW(nullptr, own.data(), static_cast<DWORD>(own.size())));
        std::wstring line = L"\"" + own + L"\" \"--test-case=a lock is held for another test\" -ns";
        STARTUPINFOW start{};
        start.cb = sizeof start;
        PROCESS_INFORMATION made{};
        ::SetEnvironmentVariableW(variable, wide(file).c_str());
        REQUIRE(::CreateProcessW(own.c_str(), line.data(), nullptr, nullptr, FALSE, 0, nullptr,
                                 nullptr, &start, &made) != 0);
        ::SetEnvironmentVariableW(variable, nullptr);
        process_ = Handle(made.hProcess);
        const Handle thread(made.hThread);
        pid_ = made.dwProcessId;
        REQUIRE(testing::within(std::chrono::seconds(20),
                                [&] { return contains(read_end(file, 1000), "locum install"); }));
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { end(); }
    DWORD pid() const { return pid_; }
    void end() {
        ::TerminateProcess(process_.get(), 1);
        ::WaitForSingleObject(process_.get(), 10'000);
    }

private:
    Handle process_;
    DWORD pid_ = 0;
};

} // namespace

TEST_CASE("a lock is held for another test" * doctest::skip()) {
    std::wstring file(32768, L'\0');
    file.resize(::GetEnvironmentVariableW(variable, file.data(), static_cast<DWORD>(file.size())));
    REQUIRE(!file.empty());
    const Lock lock = Lock::take(utf8(file), "locum install");
    ::Sleep(60'000); // until it is ended
}

TEST_CASE("another process's lock is respected, named, and goes with it when it is killed") {
    Scratch scratch;
    const std::string file = scratch / "lock";
    Holder holder(file);
    const engine::Error error = testing::error_of([&] { Lock::take(file, "x"); });
    CHECK(error.kind() == engine::Kind::busy);
    CHECK(contains(error.what(), "locum install runs already"));
    CHECK(contains(error.what(), "process " + std::to_string(holder.pid())));
    holder.end();
    const Lock lock = Lock::take(file, "y");
    CHECK(contains(testing::error_of([&] { Lock::take(file, "x"); }).what(), "y runs already"));
}
