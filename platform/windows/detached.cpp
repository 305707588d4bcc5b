// Starts what outlives us. It waits until its record is written, in a job that ends it with us: so
// whoever finds the record of a starter that died finds a process that runs, or none.
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/native_process.hpp"
#include "platform/process.hpp"
#include "platform/windows/log_file.hpp"
#include "platform/windows/spawn.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

// A console that nobody sees, not none: else CTRL_BREAK could not reach it.
constexpr DWORD detached_flags = CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW;

// Out of the job of whoever runs us, where that may be left: it may end all that is in it.
NewProcess create(const DetachedCommand& command, const Streams& streams) {
    const std::string folder = command.folder.empty() ? system_folder() : command.folder;
    const std::wstring environment = environment_block(command.environment, false, {L"LANG"});
    BOOL in_job = FALSE;
    ::IsProcessInJob(::GetCurrentProcess(), nullptr, &in_job);
    if (in_job != 0) {
        try {
            return create_suspended(command.argv, folder, environment, streams,
                                    detached_flags | CREATE_BREAKAWAY_FROM_JOB);
        } catch (const engine::Error& error) {
            if (error.kind() != engine::Kind::no_privilege)
                throw;
        }
    }
    return create_suspended(command.argv, folder, environment, streams, detached_flags);
}

void write_record(const std::string& file, const ProcessId& process) {
    if (!file.empty())
        write_file(file,
                   fmt::format("{} {}\n{}\n{}", process.pid, process.started, process.executable,
                               process.boot),
                   0600);
}

} // namespace

ProcessId start_detached(const DetachedCommand& command) {
    const Handle log =
        command.log_file.empty() ? null_device(GENERIC_WRITE) : open_log(command.log_file);
    const Handle null = null_device(GENERIC_READ);
    const std::string record = command.record_file.empty() ? "" : absolute(command.record_file);
    const NewProcess made = create(command, {null.get(), log.get(), log.get()});
    try {
        const ProcessId process{made.pid, made.started,
                                executable_of_process(made.pid).value_or(""), boot_id()};
        const Job job(job_name(made.pid, made.started));
        job.end_with_handle(true);
        job.take(made.process.get());
        write_record(record, process);
        let_run(made);
        // The name, by which the group is found, goes with the last handle: so the process holds
        // one itself, which its own children do not inherit.
        HANDLE held = nullptr;
        if (::DuplicateHandle(::GetCurrentProcess(), job.get(), made.process.get(), &held,
                              SYNCHRONIZE, FALSE, 0) == 0 &&
            ::WaitForSingleObject(made.process.get(), 0) == WAIT_TIMEOUT)
            fail("cannot give a job object to a process");
        job.end_with_handle(false);
        return process;
    } catch (...) {
        ::TerminateProcess(made.process.get(), killed_code);
        if (!record.empty())
            remove_all(record);
        throw;
    }
}

} // namespace locum::platform
