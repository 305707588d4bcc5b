#pragma once
// Files, folders and links, made durable. Paths are absolute unless said otherwise, UTF-8 and with
// '/' on Windows, too, where their length has no limit but the file system's. All throw
// engine::Error with path and reason. Modes on Windows: see has_mode() in platform/tree.hpp.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

std::string read_file(const std::string& path, std::uint64_t limit = 16U << 20);
// Its last bytes, at most so many; "" where there is no file. For logs, whose length nobody bounds.
std::string read_end(const std::string& path, std::uint64_t limit);
// New content under a fresh name beside, fsync, mode, rename, fsync of the folder.
void write_file(const std::string& path, std::string_view content, unsigned mode);
// A file that is not there yet, likewise durable; on every file system, so that what a crash leaves
// of it may be cut. Throws Error(usage) where there is something already: it is never replaced.
void write_new_file(const std::string& path, std::string_view content, unsigned mode);
// Creates the folder and its parents; those it makes have the mode.
void make_folders(const std::string& path, unsigned mode = 0755);
// The same for a folder that this process alone may change, in one that others write to: throws
// Error where there is a link already, or a folder of somebody else.
void make_own_folder(const std::string& path, unsigned mode);
// Adds to the file's end; 0600 where it is new. A link is an error: others may have put it there.
void append_to(const std::string& path, std::string_view text);
// The folder and those of its parents that make_folders() would make, outermost first.
std::vector<std::string> missing_folders(const std::string& path);
// Removes those of the folders that are empty, innermost first.
void remove_if_empty(std::vector<std::string> folders);
bool exists(const std::string& path);
// A file with bytes, or a link to one: no folder, device or pipe, on which reading may wait for
// ever.
bool is_regular_file(const std::string& path);
// Removes the file or the whole folder; nothing there is fine. Never follows links.
void remove_all(const std::string& path);
// In one moment whatever file is at `to` is replaced; then the folder is synced. On Windows a file
// that is in use is moved aside first, and removed at the next start of the system at the latest.
void rename_durably(const std::string& from, const std::string& to);
// On Windows, where links need a privilege, the link is a small file that says where; only these
// two, look_at() and tree() take it for a link.
// Makes `link` point to `target` by one rename; empty target: removes the link.
void switch_link(const std::string& link, const std::string& target);
std::string read_link(const std::string& link); // "" where there is none
std::vector<std::string>
list_folder(const std::string& path); // names, sorted; none where it is missing
void sync_file(const std::string& path);
void sync_folder(const std::string& path);
std::uint64_t
free_bytes(const std::string& path); // of the file system that holds it or its nearest parent
// Creates and removes a file in the folder (or its nearest parent that exists); false if it cannot.
bool writeable(const std::string& folder);
std::string parent_of(const std::string& path);
// It has a root of its own: "/x"; Windows: "C:/x", "//server/share/x".
bool is_absolute(std::string_view path);
std::string absolute(const std::string& path);
// As another library is to open it by: Windows: with what lets it be longer than 260 characters;
// absolute() is the way back. Linux: the path itself.
std::string native_name(const std::string& path);
// Where every user may make something. Its path is short: names of sockets have little room.
std::string temporary_folder();
// A fresh folder, 0700, below `parent`.
std::string make_temporary_folder(const std::string& parent, std::string_view prefix);

} // namespace locum::platform
