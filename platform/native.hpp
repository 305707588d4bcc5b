#pragma once
// Single calls of the system, for the parts of this folder that are the same on every system.

#include "engine/error.hpp"
#include "platform/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

// Length of what no path gets out of: "/" is 1, "C:/" 3, "//server/share/" its own; 0: relative.
std::size_t root_length(std::string_view path);
// With a root, by the current folder where it has none, and with '/' only. Not yet in normal form.
std::string with_root(const std::string& path);
std::string without_trailing_slash(std::string path);
// The path itself or the nearest folder above it that exists.
std::string nearest_existing(const std::string& path);

// One folder, with this mode whatever the umask. False: there is something already.
bool make_folder(const std::string& path, unsigned mode);
// False: it is not empty, or gone.
bool remove_empty_folder(const std::string& path);
bool is_folder(const std::string& path); // or a link to one
// What is in the folder, by name and in no order; nullopt where there is no folder, or a link to
// one.
std::optional<std::vector<FileEntry>> entries_of(const std::string& folder);
// Renames; whatever file is at `to` is replaced in the same moment. "cannot DOING TO".
void replace(std::string_view doing, const std::string& from, const std::string& to);
// Of a file of our own; false: it was not there, or stays.
bool remove_file(const std::string& path);
// Links not followed. "": it is this user's, or the administrators' where this is one; else whose,
// as in "of user 1000".
std::string foreign_owner(const std::string& path);
// What an administrator does to make all that is in the folder this user's or the administrators'.
std::string how_to_take_over(const std::string& folder);
// What an administrator types to remove the link, and not what it leads to.
std::string how_to_remove_link(const std::string& link);
// "cannot DOING PATH", since something is there already.
engine::Error in_the_way(std::string_view doing, std::string_view path);
// Of 16 bits: the one letter that a file system which ignores case takes it for, as NTFS does. The
// sharp s is no "SS" there, and the i without a dot no "I". Linux: ASCII only where the system has
// no C.UTF-8.
char32_t upper_case(char32_t letter);
// That the number is in use, and by a process that may be another one.
bool process_exists(std::int64_t pid);
std::int64_t own_pid();
// What an operator types to see the process, and whoever has the file open.
std::string how_to_see_process(std::int64_t pid);
std::string how_to_see_users_of(const std::string& file);
// To look a name up.
std::string how_to_look_up(const std::string& name);

} // namespace locum::platform
