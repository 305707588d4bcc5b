// In /usr/local/share/applications, which menus look into for what the host's administrator
// installed. All users have no desktop in common.
#include "platform/shortcut.hpp"

#include "platform/desktop_entry.hpp"
#include "platform/files.hpp"

namespace locum::platform {

std::vector<std::string> shortcut_files(const Shortcut& shortcut, const std::string& root) {
    // Neither part has a dot, so that no other suite has the name.
    return {root + "/usr/local/share/applications/locum-" + shortcut.suite + "." + shortcut.name +
            ".desktop"};
}

std::string shortcut_fault(const std::string& file, const Shortcut& shortcut) {
    if (!exists(file))
        return "is missing";
    return read_file(file) == desktop_entry(shortcut) ? "" : "has another content";
}

bool is_shortcut_of(const std::string& file, const std::string& suite, const std::string&) {
    return is_regular_file(file) && names_suite(read_file(file), suite);
}

void write_shortcut(const std::string& file, const Shortcut& shortcut) {
    make_folders(parent_of(file));
    write_file(file, desktop_entry(shortcut), 0644);
}

} // namespace locum::platform
