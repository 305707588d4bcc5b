#include "platform/linux/program.hpp"

#include "platform/files.hpp"
#include "platform/linux/system.hpp"

#include <boost/filesystem/operations.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sstream>
#include <unistd.h>

namespace locum::platform {

namespace {

bool executable_file(const std::string& path) {
    boost::system::error_code error;
    return boost::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string on_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
    std::string folder;
    while (std::getline(folders, folder, ':'))
        if (const std::string candidate = absolute((folder.empty() ? "." : folder) + "/" + name);
            executable_file(candidate))
            return candidate;
    return {};
}

std::string first_bytes(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char bytes[256];
    const ssize_t count = file ? ::read(file.get(), bytes, sizeof bytes) : 0;
    return std::string(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
}

} // namespace

std::string find_program(const std::vector<std::string>& argv) {
    if (argv.empty() || argv.front().empty())
        throw engine::Error("found a command without a program; expected at least one word")
            .remedy("name the program to run");
    const std::string& name = argv.front();
    if (name.find('/') != std::string::npos)
        return absolute(name);
    std::string found = on_path(name);
    if (found.empty())
        throw engine::Error(fmt::format("the program '{}' was not found on PATH", name))
            .remedy(fmt::format("install {}, or give its full path", name));
    return found;
}

std::string executable_of(const std::string& program) {
    std::string at = program;
    for (int scripts = 0; scripts < 4; ++scripts) { // the kernel's own limit on nested interpreters
        boost::system::error_code error;
        const std::string resolved = boost::filesystem::canonical(at, error).string();
        if (error)
            return at;
        const std::string head = first_bytes(resolved);
        if (!head.starts_with("#!"))
            return resolved;
        std::istringstream words(head.substr(2, head.find('\n') - 2));
        std::string argument;
        words >> at >> argument;
        if (at.ends_with("/env")) {
            while (argument.starts_with('-') || argument.find('=') != std::string::npos)
                if (!(words >> argument))
                    return at;
            at = argument.find('/') == std::string::npos ? on_path(argument) : argument;
        }
    }
    return at;
}

std::string shown(const std::vector<std::string>& argv) {
    std::string text = fmt::format("{}", fmt::join(argv, " "));
    if (text.size() > 200)
        text = text.substr(0, 200) + "...";
    return "'" + text + "'";
}

} // namespace locum::platform
