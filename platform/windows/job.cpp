#include "platform/windows/job.hpp"

#include "platform/windows/named_object.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>

namespace locum::platform {

Job::Job(const std::wstring& name) :
    handle_(::CreateJobObjectW(own_object(), name.empty() ? nullptr : name.c_str())) {
    const DWORD code = ::GetLastError();
    if (!name.empty() && (handle_ ? code == ERROR_ALREADY_EXISTS : code == ERROR_ACCESS_DENIED)) {
        const std::string owner = handle_ ? name_of(owner_of_object(handle_.get())) : "";
        throw engine::Error(
            fmt::format("the job object {} was there already{}; expected none, since it is for a "
                        "process that was made just now",
                        utf8(name), owner.empty() ? "" : ", made by " + owner),
            engine::Kind::not_trusted)
            .remedy("find who made it (handle.exe of Sysinternals: handle -a locum-job), end that "
                    "program, and try again");
    }
    if (!handle_)
        fail("cannot make a job object for a process", code);
}

void Job::take(HANDLE process) const {
    if (::AssignProcessToJobObject(handle_.get(), process) == 0)
        fail("cannot put a process in a job object");
}

void Job::end_with_handle(bool ends) const {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    // start_detached() of what it holds is to outlive it.
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_BREAKAWAY_OK | (ends ? JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE : 0U);
    if (::SetInformationJobObject(handle_.get(), JobObjectExtendedLimitInformation, &limits,
                                  sizeof limits) == 0)
        fail("cannot limit a job object");
}

void Job::kill() const {
    ::TerminateJobObject(handle_.get(), killed_code);
}

unsigned Job::living() const {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION counts{};
    if (::QueryInformationJobObject(handle_.get(), JobObjectBasicAccountingInformation, &counts,
                                    sizeof counts, nullptr) == 0)
        fail("cannot count the processes of a job object");
    return counts.ActiveProcesses;
}

std::wstring job_name(std::int64_t pid, std::uint64_t started) {
    return wide(fmt::format("Global\\locum-job-{}-{:x}", pid, started));
}

} // namespace locum::platform
