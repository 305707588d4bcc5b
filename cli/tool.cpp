#include "cli/tool.hpp"

#include "platform/files.hpp"
#include "platform/system_folders.hpp"
#include "platform/tool_entry.hpp"

namespace locum::cli {

bool tool_is_needed(const std::string& root) {
    return !platform::list_folder(platform::folder_of_states(root)).empty();
}

void remove_tool(const std::string& root, const std::string& program,
                 const std::vector<std::string>& folders) {
    if (root.empty())
        platform::remove_tool_entry(program);
    const std::string folder = platform::parent_of(program);
    // With its folder, so that on Windows a program that runs does not keep that.
    if (!folders.empty() && folders.back() == folder && platform::list_folder(folder).size() == 1)
        platform::remove_all(folder);
    else
        platform::remove_all(program);
    platform::remove_if_empty(folders);
}

std::string tool_of_last_suite(const std::string& root, const std::string& suite) {
    const std::string program = platform::places_of_tool(root).back();
    if (!platform::exists(program))
        return "";
    for (const std::string& other : platform::list_folder(platform::folder_of_states(root)))
        if (other != suite)
            return "";
    return program;
}

} // namespace locum::cli
