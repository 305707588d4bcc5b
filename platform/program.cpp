#include "platform/program.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/native_process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::platform {

std::string on_path(const std::string& name) {
    for (const std::string& folder : program_folders()) {
        const std::string in_folder = absolute((folder.empty() ? "." : folder) + "/" + name);
        if (std::string found = program_at(in_folder); !found.empty())
            return found;
    }
    return {};
}

std::string find_program(const std::vector<std::string>& argv) {
    if (argv.empty() || argv.front().empty())
        throw engine::Error("found a command without a program; expected at least one word")
            .remedy("name the program to run");
    const std::string& name = argv.front();
    if (names_folder(name)) {
        // What cannot be executed is told with the system's reason when it is tried.
        const std::string path = absolute(name);
        std::string found = program_at(path);
        return found.empty() ? path : found;
    }
    std::string found = on_path(name);
    if (found.empty())
        throw engine::Error(fmt::format("the program '{}' was not found on PATH", name))
            .remedy(fmt::format("install {}, or give its full path", name));
    return found;
}

std::string shown(const std::vector<std::string>& argv) {
    std::string text = fmt::format("{}", fmt::join(argv, " "));
    if (text.size() > 200)
        text = text.substr(0, 200) + "...";
    return "'" + text + "'";
}

} // namespace locum::platform
