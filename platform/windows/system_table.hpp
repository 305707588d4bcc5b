#pragma once
// What ntdll tells of the whole system, by functions that its import library does not name.

#include <cstdint>
#include <string>
#include <vector>

namespace locum::platform {

struct ListedProcess {
    std::int64_t pid = 0;
    std::uint64_t started = 0; // 100 ns since 1601
    std::string image;         // "server.exe"
};
// All of them, whoever's they are. None where the system does not say.
std::vector<ListedProcess> listed_processes();

// When it was booted, in 100 ns since 1601, by the clock as it was set then: it stays the same when
// the clock is set, which the time since boot, taken from the time now, would not.
std::uint64_t boot_time();

// Its command line; "": it may not be read.
std::wstring command_line_of(void* process);

struct SystemVersion {
    unsigned long major = 0;
    unsigned long minor = 0;
    unsigned long build = 0;
    bool server = false;
};
// As it is; GetVersionEx says what a program's manifest lets it know.
SystemVersion system_version();

} // namespace locum::platform
