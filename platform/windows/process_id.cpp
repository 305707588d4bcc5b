#include "platform/host.hpp"
#include "platform/native_process.hpp"
#include "platform/process.hpp"
#include "platform/windows/job.hpp"
#include "platform/windows/named_object.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/stop_request.hpp"
#include "platform/windows/system_table.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace locum::platform {

namespace {

Handle open_process(std::int64_t pid, DWORD access) {
    return Handle(::OpenProcess(access, FALSE, static_cast<DWORD>(pid)));
}

// It is kept as long as anybody has it open, though it has ended.
bool has_ended(HANDLE process) {
    return ::WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
}

bool number(std::string_view& text, std::uint64_t& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    if (error != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool ends_at_once(const std::string& name) {
    const std::string_view plain = std::string_view(name).substr(name.starts_with("SIG") ? 3 : 0);
    if (plain == "KILL")
        return true;
    if (plain == "TERM" || plain == "INT" || plain == "QUIT")
        return false;
    throw engine::Error(
        fmt::format("the signal '{}' cannot be sent on Windows, which has none", name),
        engine::Kind::usage)
        .remedy("use TERM or KILL; for a reload, name a command in its place");
}

void kill_group(const ProcessId& process, HANDLE leader) {
    const Handle job(::OpenJobObjectW(JOB_OBJECT_TERMINATE | READ_CONTROL, FALSE,
                                      job_name(process.pid, process.started).c_str()));
    if (job && !is_trusted_object(job.get(), leader))
        throw engine::Error(fmt::format("the job object of process {} ({}) is of user {}; expected "
                                        "one of this user, SYSTEM or an administrator",
                                        process.pid, process.executable,
                                        name_of(owner_of_object(job.get()))),
                            engine::Kind::not_trusted)
            .remedy(fmt::format("end the process and what it started: taskkill /F /T /PID {}",
                                process.pid));
    if (job && ::TerminateJobObject(job.get(), killed_code) != 0)
        return;
    const DWORD code = ::GetLastError();
    if (!runs_since(process))
        return;
    if (code == ERROR_FILE_NOT_FOUND)
        throw engine::Error(fmt::format("process {} ({}) does not lead a group of its own",
                                        process.pid, process.executable))
            .remedy("signal the process alone, or start it as a service");
    fail(fmt::format("cannot end process {} ({}) and what it started", process.pid,
                     process.executable),
         code);
}

} // namespace

std::optional<ProcessId> parse_record_line(std::string_view line) {
    std::uint64_t pid = 0;
    std::uint64_t started = 0;
    if (!number(line, pid) || !line.starts_with(' '))
        return std::nullopt;
    line.remove_prefix(1);
    while (line.ends_with('\r'))
        line.remove_suffix(1);
    if (!number(line, started) || !line.empty())
        return std::nullopt;
    return ProcessId{static_cast<std::int64_t>(pid), started, "", ""};
}

std::string record_line_form() {
    return "a line with its id and when it was created";
}

bool runs_since(const ProcessId& process) {
    if (process.pid <= 0 || process.started == 0)
        return false;
    const Handle handle =
        open_process(process.pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE);
    if (handle)
        return created(handle.get()) == process.started && !has_ended(handle.get());
    if (::GetLastError() != ERROR_ACCESS_DENIED)
        return false;
    // Another user's may not be opened, but is listed with its start time.
    const std::vector<ListedProcess> all = listed_processes();
    return std::any_of(all.begin(), all.end(), [&](const ListedProcess& one) {
        return one.pid == process.pid && one.started == process.started;
    });
}

std::optional<std::string> executable_of_process(std::int64_t pid) {
    const Handle handle = open_process(pid, PROCESS_QUERY_LIMITED_INFORMATION);
    if (!handle)
        return ::GetLastError() == ERROR_ACCESS_DENIED ? std::nullopt : std::optional("");
    std::wstring path(32768, L'\0');
    auto length = static_cast<DWORD>(path.size());
    if (::QueryFullProcessImageNameW(handle.get(), 0, path.data(), &length) == 0)
        return "";
    return utf8_path(std::wstring_view(path).substr(0, length));
}

bool same_executable(const std::string& one, const std::string& other) {
    const std::wstring left = wide(one);
    const std::wstring right = wide(other);
    return ::CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                                  static_cast<int>(right.size()), TRUE) == CSTR_EQUAL;
}

void send_signal(const ProcessId& process, const std::string& name, bool group) {
    const bool at_once = ends_at_once(name);
    const DWORD access = PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE |
                         (at_once && !group ? PROCESS_TERMINATE : 0U);
    // Held until the end: as long its pid is not given to another process.
    const Handle handle = open_process(process.pid, access);
    const DWORD code = handle ? ERROR_SUCCESS : ::GetLastError();
    if (!alive(process))
        return;
    if (!handle)
        fail(
            fmt::format("cannot send {} to process {} ({})", name, process.pid, process.executable),
            code);
    if (!at_once)
        ask_to_end(process.pid, process.started);
    else if (group)
        kill_group(process, handle.get());
    else if (::TerminateProcess(handle.get(), killed_code) == 0 && !has_ended(handle.get()))
        fail(fmt::format("cannot end process {} ({})", process.pid, process.executable));
}

bool wait_end(const ProcessId& process, std::chrono::milliseconds limit) {
    const Handle handle =
        open_process(process.pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE);
    if (!handle && ::GetLastError() == ERROR_ACCESS_DENIED && runs_since(process))
        fail(fmt::format("cannot wait for process {}", process.pid), ERROR_ACCESS_DENIED);
    if (!handle || created(handle.get()) != process.started)
        return true;
    const auto longest = std::int64_t{INFINITE} - 1;
    const auto wait = static_cast<DWORD>(std::clamp<std::int64_t>(limit.count(), 0, longest));
    const DWORD result = ::WaitForSingleObject(handle.get(), wait);
    if (result == WAIT_FAILED)
        fail(fmt::format("cannot wait for process {}", process.pid));
    return result == WAIT_OBJECT_0;
}

ProcessId self() {
    return {static_cast<std::int64_t>(::GetCurrentProcessId()), created(::GetCurrentProcess()),
            this_program(), ""};
}

} // namespace locum::platform
