#pragma once
// File systems, as far as an installation depends on them.

#include <cstdint>
#include <string>

namespace locum::platform {

struct FileSystem {
    std::uint64_t device = 0;     // the same number: the same space
    std::string mount;            // the folder where it begins
    std::uint64_t free_bytes = 0; // for an ordinary user
    bool runs_programs = true;    // false: mounted noexec; on Windows never
};

// Of the file system that holds the path, or its nearest parent that exists. Throws Error.
FileSystem file_system_of(const std::string& path);

} // namespace locum::platform
