#pragma once
// What a person starts from the menus of the host: on Linux entries of the applications' menu
// (freedesktop.org, Desktop Entry Specification 1.5), on Windows .lnk and .url files in the start
// menu and on the desktop, for all users.

#include <string>
#include <vector>

namespace locum::platform {

struct Shortcut {
    std::string suite;        // short name
    std::string folder;       // where a menu has folders, in this one: the suite's title
    std::string name;         // of this one in the suite: a-z, 0-9 and dashes
    std::string title;        // can be a file's name
    std::string program = {}; // absolute; or
    std::string url = {};
    std::vector<std::string> arguments = {};
    std::string icon = {}; // absolute path of a picture; empty: the program's own, or the system's
    bool desktop = false;  // there, too, where all users have one in common
    bool operator==(const Shortcut&) const = default;
};

// Absolute paths of the files that it is, below root where that is not empty.
std::vector<std::string> shortcut_files(const Shortcut& shortcut, const std::string& root);
// How the file there differs from what it is to be: "is missing", "starts another program"; empty:
// not at all.
std::string shortcut_fault(const std::string& file, const Shortcut& shortcut);
// The file that is there is one that Locum made for the suite, whatever version of it: its text
// says so, or the program that it starts is below the folder.
bool is_shortcut_of(const std::string& file, const std::string& suite, const std::string& folder);
// Makes it, with the folder that it is in, in the place of whatever file is there. It goes with its
// file.
void write_shortcut(const std::string& file, const Shortcut& shortcut);

} // namespace locum::platform
