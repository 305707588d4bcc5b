#include "platform/windows/spawn.hpp"

#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/program.hpp"
#include "platform/windows/wide.hpp"

#include <array>
#include <fmt/format.h>
#include <memory>

namespace locum::platform {

namespace {

struct SameName {
    bool operator()(const std::wstring& one, const std::wstring& other) const {
        return ::CompareStringOrdinal(one.data(), static_cast<int>(one.size()), other.data(),
                                      static_cast<int>(other.size()), TRUE) == CSTR_LESS_THAN;
    }
};
// In the order that CreateProcessW wants.
using Variables = std::map<std::wstring, std::wstring, SameName>;

Variables own_variables() {
    Variables all;
    wchar_t* const block = ::GetEnvironmentStringsW();
    if (block == nullptr)
        fail("cannot read the environment of this process");
    const std::unique_ptr<wchar_t, decltype(&::FreeEnvironmentStringsW)> owner(
        block, ::FreeEnvironmentStringsW);
    for (const wchar_t* at = block; *at != L'\0';) {
        const std::wstring entry(at);
        at += entry.size() + 1;
        // The name may begin with '=': so cmd.exe keeps the folder of each drive.
        if (const std::size_t equals = entry.find(L'=', 1); equals != std::wstring::npos)
            all[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    return all;
}

// The handles of a child, made so that it can inherit them, and the list that names no others.
class Inherited {
public:
    explicit Inherited(const Streams& streams) {
        add(streams.input, info_.StartupInfo.hStdInput);
        add(streams.output, info_.StartupInfo.hStdOutput);
        add(streams.errors, info_.StartupInfo.hStdError);
        info_.StartupInfo.cb = sizeof info_;
        info_.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        memory_.resize(size);
        auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
        if (::InitializeProcThreadAttributeList(list, 1, 0, &size) == 0)
            fail("cannot list the handles of a child process");
        info_.lpAttributeList = list;
        if (!listed_.empty() &&
            ::UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, listed_.data(),
                                        listed_.size() * sizeof(HANDLE), nullptr, nullptr) == 0)
            fail("cannot list the handles of a child process");
    }
    ~Inherited() {
        if (info_.lpAttributeList != nullptr)
            ::DeleteProcThreadAttributeList(info_.lpAttributeList);
    }
    Inherited(const Inherited&) = delete;
    Inherited& operator=(const Inherited&) = delete;

    STARTUPINFOW* startup() { return &info_.StartupInfo; }
    bool any() const { return !listed_.empty(); }

private:
    void add(HANDLE handle, HANDLE& to) {
        if (handle == nullptr || handle == INVALID_HANDLE_VALUE)
            return;
        HANDLE copy = nullptr;
        const HANDLE self = ::GetCurrentProcess();
        if (::DuplicateHandle(self, handle, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0)
            fail("cannot pass a handle to a child process");
        owned_.emplace_back(copy);
        listed_.push_back(copy);
        to = copy;
    }

    STARTUPINFOEXW info_{};
    std::vector<char> memory_;
    std::vector<Handle> owned_;
    std::vector<HANDLE> listed_;
};

} // namespace

std::wstring environment_block(const std::map<std::string, std::string>& own, bool inherits,
                               const std::vector<std::wstring>& also) {
    Variables all = own_variables();
    if (!inherits) {
        Variables needed;
        std::vector<std::wstring> names = {L"PATH",        L"PATHEXT", L"SystemRoot",
                                           L"SystemDrive", L"windir",  L"ComSpec",
                                           L"ProgramData", L"TEMP",    L"TMP"};
        names.insert(names.end(), also.begin(), also.end());
        for (const std::wstring& name : names)
            if (const auto found = all.find(name); found != all.end())
                needed.insert(*found);
        all = std::move(needed);
    }
    for (const auto& [name, value] : own)
        all[wide(name)] = wide(value);
    std::wstring block;
    for (const auto& [name, value] : all)
        block += name + L'=' + value + L'\0';
    if (block.empty())
        block += L'\0';
    return block; // its own terminator is the second NUL
}

NewProcess create_suspended(const std::vector<std::string>& argv, const std::string& folder,
                            std::wstring environment, const Streams& streams, DWORD flags) {
    const std::string program = find_program(argv);
    std::vector<std::string> words = argv;
    words.front() = utf8(plain_path(program));
    std::wstring application = plain_path(program);
    std::wstring line;
    if (is_batch_file(program)) {
        application = plain_path(system_folder() + "/cmd.exe");
        line = wide(batch_command_line(utf8(application), words));
    } else {
        line = wide(windows_command_line(words));
    }
    const std::wstring native_folder = folder.empty() ? L"" : plain_path(folder);
    Inherited inherited(streams);
    PROCESS_INFORMATION information{};
    if (::CreateProcessW(
            application.c_str(), line.data(), nullptr, nullptr, inherited.any() ? TRUE : FALSE,
            flags | CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
            environment.data(), native_folder.empty() ? nullptr : native_folder.c_str(),
            inherited.startup(), &information) == 0) {
        const DWORD code = ::GetLastError();
        if (!folder.empty() && !exists(folder))
            throw path_error("work in", folder, ERROR_PATH_NOT_FOUND);
        if (code == ERROR_DIRECTORY)
            throw path_error("work in", folder, code);
        if (application.size() >= MAX_PATH)
            throw engine::Error(
                fmt::format("cannot execute {}: its path has {} characters, and Windows starts no "
                            "program whose path has more than {}",
                            program, application.size(), MAX_PATH - 1))
                .remedy("use a folder with a shorter path");
        throw path_error("execute", program, code);
    }
    NewProcess made{Handle(information.hProcess), Handle(information.hThread),
                    static_cast<std::int64_t>(information.dwProcessId), 0};
    made.started = created(made.process.get());
    return made;
}

void let_run(const NewProcess& process) {
    if (::ResumeThread(process.thread.get()) == static_cast<DWORD>(-1))
        fail("cannot let a new process run");
}

NewProcess launch(const Command& command, const Streams& streams, const Job& job) {
    NewProcess made = create_suspended(command.argv, command.folder,
                                       environment_block(command.environment, command.inherits),
                                       streams, group_flags());
    try {
        job.end_with_handle(true);
        job.take(made.process.get());
        let_run(made);
    } catch (...) {
        ::TerminateProcess(made.process.get(), killed_code);
        throw;
    }
    return made;
}

DWORD group_flags() {
    return CREATE_NEW_PROCESS_GROUP | (has_console() ? 0U : CREATE_NO_WINDOW);
}

bool has_console() {
    DWORD one = 0;
    return ::GetConsoleProcessList(&one, 1) > 0;
}

Handle null_device(DWORD access) {
    Handle file(::CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                              OPEN_EXISTING, 0, nullptr));
    if (!file)
        fail("cannot open NUL");
    return file;
}

Finished how_it_ended(HANDLE process) {
    DWORD code = 0;
    if (::GetExitCodeProcess(process, &code) == 0)
        fail("cannot read how a process ended");
    Finished finished;
    switch (code) {
    case killed_code:
        finished.signal = 9;
        break;
    case 0xC000013A: // STATUS_CONTROL_C_EXIT, also of CTRL_BREAK
        finished.signal = 15;
        break;
    case 0xC0000005: // access violation
    case 0xC00000FD: // stack overflow
        finished.signal = 11;
        break;
    case 0xC0000409: // fail fast
        finished.signal = 6;
        break;
    default:
        finished.exit_code = static_cast<int>(code);
        break;
    }
    return finished;
}

std::uint64_t created(HANDLE process) {
    FILETIME creation{}, end{}, kernel{}, user{};
    if (::GetProcessTimes(process, &creation, &end, &kernel, &user) == 0)
        return 0;
    return std::uint64_t{creation.dwHighDateTime} << 32U | creation.dwLowDateTime;
}

std::wstring plain_path(const std::string& path) {
    return wide(with_backslashes(absolute(path)));
}

std::string system_folder() {
    std::array<wchar_t, MAX_PATH> folder{};
    return utf8_path({folder.data(), ::GetSystemDirectoryW(folder.data(), MAX_PATH)});
}

} // namespace locum::platform
