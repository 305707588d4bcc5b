#pragma once
// /proc/PID/stat, see proc_pid_stat(5).

#include <cstdint>
#include <optional>
#include <string_view>

namespace locum::platform {

struct Stat {
    std::int64_t pid = 0;      // field 1
    char state = '?';          // field 3
    std::int64_t group = 0;    // field 5
    std::int64_t session = 0;  // field 6
    std::uint64_t started = 0; // field 22, clock ticks since boot
};

// Field 2, the program's name, may hold spaces and parentheses. nullopt where it is not such a
// line.
std::optional<Stat> parse_stat(std::string_view text);
// Of a process that exists; nullopt: none has this pid.
std::optional<Stat> stat_of(std::int64_t pid);

} // namespace locum::platform
