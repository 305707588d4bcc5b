#include "cli/tool.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/system_folders.hpp"
#include "platform/tool_entry.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>
#include <optional>

namespace locum::cli {

namespace {

// The folder where it is Locum's own, as on Windows; else "": then it is one of the system's.
std::string own_folder(const std::string& program) {
    const std::string folder = platform::parent_of(program);
    return folder.ends_with("/Locum") ? folder : "";
}

} // namespace

bool tool_is_needed(const std::string& root) {
    return !platform::list_folder(platform::folder_of_states(root)).empty();
}

void remove_tool(const std::string& root, const std::string& program,
                 std::vector<std::string> folders) {
    if (root.empty())
        platform::remove_tool_entry(program);
    const std::string own = own_folder(program);
    // With its folder, so that on Windows a program that runs does not keep that.
    if (!own.empty() && platform::list_folder(own).size() == 1)
        platform::remove_all(own);
    else
        platform::remove_all(program);
    if (!own.empty())
        folders.push_back(own);
    platform::remove_if_empty(folders);
}

std::string try_to_remove_tool(const std::string& root, const std::string& program) {
    try {
        if (tool_is_needed(root))
            return program + ": another suite is on this host now";
        remove_tool(root, program, {});
        return "";
    } catch (const engine::Error& error) {
        return fmt::format("{}: {}", program, error.one_line());
    }
}

std::string tool_of_last_suite(const std::string& root, const std::string& suite) {
    const std::string program = platform::places_of_tool(root).back();
    const std::optional<platform::FileEntry> there = platform::look_at(program);
    if (!there || there->type != platform::FileEntry::Type::regular)
        return ""; // a link is made by others
    for (const std::string& other : platform::list_folder(platform::folder_of_states(root)))
        if (other != suite)
            return "";
    return program;
}

} // namespace locum::cli
