#include "platform/windows/named_object.hpp"

#include "platform/native_process.hpp"
#include "platform/process.hpp"
#include "platform/windows/job.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/stop_request.hpp"
#include "tests/unit/platform/support.hpp"

#include <sddl.h>

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;
using testing::contains;

namespace {

// What another user would make: everybody may do everything with it. Only who may restore files
// can name another owner; null for others.
template <class Make>
Handle of_another_user(const Make& make) {
    switch_on(L"SeRestorePrivilege");
    void* descriptor = nullptr;
    REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(
                L"O:S-1-5-21-1-2-3-1001D:(A;;GA;;;WD)", SDDL_REVISION_1, &descriptor, nullptr) !=
            0);
    SECURITY_ATTRIBUTES attributes{sizeof attributes, descriptor, FALSE};
    Handle made(make(&attributes));
    ::LocalFree(descriptor);
    return made;
}

Handle event_of_another_user(const std::wstring& name) {
    return of_another_user(
        [&](auto* attributes) { return ::CreateEventW(attributes, TRUE, FALSE, name.c_str()); });
}

Handle job_of_another_user(const std::wstring& name) {
    return of_another_user(
        [&](auto* attributes) { return ::CreateJobObjectW(attributes, name.c_str()); });
}

bool is_set(const Handle& event) {
    return ::WaitForSingleObject(event.get(), 0) == WAIT_OBJECT_0;
}

// Never let run, and ended with it.
struct Sleeper {
    NewProcess made = create_suspended(testing::child({"sleep", "300000"}), "",
                                       environment_block({}, true), {}, group_flags());
    Sleeper() = default;
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() { ::TerminateProcess(made.process.get(), 1); }
};

} // namespace

TEST_CASE("an object is of its maker, and not for everybody") {
    const Handle own(::CreateEventW(own_object(), TRUE, FALSE, L"Global\\locum-test-own"));
    REQUIRE(own);
    CHECK(is_trusted_object(own.get(), nullptr));
    const Handle foreign = event_of_another_user(L"Global\\locum-test-foreign");
    REQUIRE(foreign);
    CHECK(digits_of(owner_of_object(foreign.get())) == "S-1-5-21-1-2-3-1001");
    CHECK(!is_trusted_object(foreign.get(), nullptr));
    CHECK(!is_trusted_object(foreign.get(), ::GetCurrentProcess()));
}

TEST_CASE("a stop event that another user made first neither stops this process nor another") {
    const std::wstring own_name =
        stop_event_name(::GetCurrentProcessId(), created(::GetCurrentProcess()));
    {
        const Handle foreign = event_of_another_user(own_name);
        REQUIRE(foreign);
        const Handle own = own_stop_event();
        ::SetEvent(foreign.get());
        CHECK(!is_set(own));
    }
    {
        const Handle own = own_stop_event();
        const Handle again = own_stop_event(); // whoever else waits in this process
        ::SetEvent(again.get());
        CHECK(is_set(own));
    }
    const Sleeper sleeper;
    const std::wstring name = stop_event_name(sleeper.made.pid, sleeper.made.started);
    {
        const Handle foreign = event_of_another_user(name);
        REQUIRE(foreign);
        ask_to_end(sleeper.made.pid, sleeper.made.started);
        CHECK(!is_set(foreign));
    }
    const Handle own(::CreateEventW(own_object(), TRUE, FALSE, name.c_str()));
    CHECK(ask_to_end(sleeper.made.pid, sleeper.made.started));
    CHECK(is_set(own));
}

TEST_CASE("a job object that was there already is refused, and a foreign one not ended") {
    const Sleeper sleeper;
    const std::wstring name = job_name(sleeper.made.pid, sleeper.made.started);
    ProcessId process{sleeper.made.pid, sleeper.made.started,
                      executable_of_process(sleeper.made.pid).value(), ""};
    {
        const Handle foreign = job_of_another_user(name);
        REQUIRE(foreign);
        const engine::Error error = testing::error_of([&] { Job job(name); });
        CHECK(error.kind() == engine::Kind::not_trusted);
        CHECK(contains(error.what(), "S-1-5-21-1-2-3-1001"));
        CHECK(contains(testing::error_of([&] { send_signal(process, "KILL", true); }).remedy(),
                       "taskkill"));
        CHECK(alive(process));
    }
    const Job job(name);
    CHECK(testing::error_of([&] { Job second(name); }).kind() == engine::Kind::not_trusted);
    job.take(sleeper.made.process.get());
    send_signal(process, "KILL", true);
    CHECK(wait_end(process, 20s));
}
