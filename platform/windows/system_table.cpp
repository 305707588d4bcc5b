#include "platform/windows/system_table.hpp"

#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <cstring>
#include <winternl.h>

namespace locum::platform {

namespace {

// Of SYSTEM_INFORMATION_CLASS and PROCESSINFOCLASS, as far as winternl.h leaves them out.
constexpr ULONG time_of_day = 3;
constexpr ULONG processes = 5;
constexpr ULONG command_line = 60;
constexpr NTSTATUS length_mismatch = static_cast<NTSTATUS>(0xC0000004);

template <class Function>
Function* of_ntdll(const char* name) {
    // GetProcAddress has one type for all.
    return reinterpret_cast<Function*>(
        reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), name)));
}

using QuerySystem = NTSTATUS NTAPI(ULONG, void*, ULONG, ULONG*);
using QueryProcess = NTSTATUS NTAPI(HANDLE, ULONG, void*, ULONG, ULONG*);
using GetVersion = LONG NTAPI(OSVERSIONINFOEXW*);

struct TimeOfDay {
    std::int64_t boot_time;
    std::int64_t now;
    std::int64_t zone_bias;
    ULONG zone;
    ULONG reserved;
    std::uint64_t boot_time_bias; // by how much the boot time was moved as the clock was set
    std::uint64_t sleep_time_bias;
};

// The beginning of SYSTEM_PROCESS_INFORMATION.
struct Entry {
    ULONG next;
    ULONG threads;
    std::int64_t reserved[3];
    std::int64_t created;
    std::int64_t user_time;
    std::int64_t kernel_time;
    UNICODE_STRING image;
    LONG priority;
    HANDLE pid;
};

// Where the system does not tell it (Windows 8 and older, Wine 8), it is read where the process has
// it. Empty, where that may not be read.
std::wstring command_line_in_memory(QueryProcess* query, void* process) {
    const auto read = [&](const void* from, void* to, std::size_t size) {
        SIZE_T done = 0;
        return ::ReadProcessMemory(process, from, to, size, &done) != 0 && done == size;
    };
    PROCESS_BASIC_INFORMATION basic{};
    PEB peb{};
    RTL_USER_PROCESS_PARAMETERS parameters{};
    if (query(process, ProcessBasicInformation, &basic, sizeof basic, nullptr) < 0 ||
        !read(basic.PebBaseAddress, &peb, sizeof peb) ||
        !read(peb.ProcessParameters, &parameters, sizeof parameters))
        return {};
    std::wstring text(parameters.CommandLine.Length / sizeof(wchar_t), L'\0');
    if (!read(parameters.CommandLine.Buffer, text.data(), text.size() * sizeof(wchar_t)))
        return {};
    return text;
}

} // namespace

std::vector<ListedProcess> listed_processes() {
    auto* const query = of_ntdll<QuerySystem>("NtQuerySystemInformation");
    std::vector<char> bytes(1U << 18);
    ULONG length = 0;
    NTSTATUS status = length_mismatch;
    while (query != nullptr && bytes.size() < (64U << 20) &&
           (status = query(processes, bytes.data(), static_cast<ULONG>(bytes.size()), &length)) ==
               length_mismatch)
        bytes.resize(bytes.size() * 2);
    std::vector<ListedProcess> all;
    if (status < 0)
        return all;
    for (std::size_t at = 0;;) {
        Entry entry{};
        std::memcpy(&entry, bytes.data() + at, sizeof entry);
        ListedProcess one;
        one.pid = static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(entry.pid));
        one.started = static_cast<std::uint64_t>(entry.created);
        if (entry.image.Buffer != nullptr)
            one.image = utf8({entry.image.Buffer, entry.image.Length / sizeof(wchar_t)});
        all.push_back(std::move(one));
        if (entry.next == 0)
            return all;
        at += entry.next;
    }
}

std::uint64_t boot_time() {
    auto* const query = of_ntdll<QuerySystem>("NtQuerySystemInformation");
    TimeOfDay time{};
    if (query == nullptr || query(time_of_day, &time, sizeof time, nullptr) < 0)
        return 0;
    return static_cast<std::uint64_t>(time.boot_time) - time.boot_time_bias;
}

std::wstring command_line_of(void* process) {
    auto* const query = of_ntdll<QueryProcess>("NtQueryInformationProcess");
    if (query == nullptr)
        return {};
    std::vector<char> bytes(1U << 17); // more than any command line has
    if (query(process, command_line, bytes.data(), static_cast<ULONG>(bytes.size()), nullptr) < 0)
        return command_line_in_memory(query, process);
    UNICODE_STRING text{};
    std::memcpy(&text, bytes.data(), sizeof text);
    if (text.Buffer == nullptr)
        return {};
    return {text.Buffer, text.Length / sizeof(wchar_t)};
}

SystemVersion system_version() {
    OSVERSIONINFOEXW info{};
    info.dwOSVersionInfoSize = sizeof info;
    auto* const get = of_ntdll<GetVersion>("RtlGetVersion");
    if (get == nullptr || get(&info) < 0)
        return {};
    return {info.dwMajorVersion, info.dwMinorVersion, info.dwBuildNumber,
            info.wProductType != VER_NT_WORKSTATION};
}

} // namespace locum::platform
