#pragma once
// What is at a path, never through a link but where that is said: type, mode, owner; for holding
// files against a list.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

struct FileEntry {
    enum class Type { regular, folder, link, other };
    std::string path; // as it was asked for; in tree(): below the folder
    Type type = Type::other;
    unsigned mode = 0;       // permissions with setuid, setgid and sticky
    std::uint32_t owner = 0; // user id; on Windows 0
    std::uint64_t size = 0;  // bytes of a regular file
    std::string target;      // of a link
};

// nullopt: nothing is there. Throws Error where it cannot be told.
std::optional<FileEntry> look_at(const std::string& path);
// The path without the links on the way to it; what is not there stays as it was written.
std::string canonical(const std::string& path);
// All that is below the folder, sorted by path byte for byte; nothing where it is missing. What
// vanishes meanwhile is left out.
std::vector<FileEntry> tree(const std::string& folder);
// SHA-256 in hex of each, by as many threads as there are processors. Empty where a file cannot be
// read.
std::vector<std::string> hashes_of(const std::vector<std::string>& files);
// What look_at() tells is what was asked for, as far as the system keeps it. Windows keeps no
// modes: it tells 0700 where only SYSTEM, the Administrators, the owner and this user may do
// anything, else 0755. What was asked for without bits for group and others must be the former; for
// everything else the folder above decides.
bool has_mode(unsigned found, unsigned asked);
// Neither follows a link.
void set_mode(const std::string& path, unsigned mode);
// What an operator types so that nobody but the owner may open the file.
std::string how_to_make_private(const std::string& file);
// On Windows nothing: owners there have no numbers (platform/accounts.hpp gives by name).
void set_owner(const std::string& path, std::uint32_t user);

// A copy under a fresh name beside, made durable, then renamed.
void copy_file(const std::string& from, const std::string& to, unsigned mode);

} // namespace locum::platform
