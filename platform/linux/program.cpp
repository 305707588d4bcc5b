#include "platform/program.hpp"

#include "platform/linux/system.hpp"
#include "platform/native_process.hpp"

#include <boost/filesystem/operations.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>

namespace locum::platform {

namespace {

std::string first_bytes(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char bytes[256];
    const ssize_t count = file ? ::read(file.get(), bytes, sizeof bytes) : 0;
    return std::string(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
}

} // namespace

std::string program_at(const std::string& path) {
    boost::system::error_code error;
    const bool may_run =
        boost::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
    return may_run ? path : "";
}

bool names_folder(const std::string& program) {
    return program.find('/') != std::string::npos;
}

std::vector<std::string> program_folders() {
    const char* path = std::getenv("PATH");
    std::istringstream text(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
    std::vector<std::string> folders;
    for (std::string folder; std::getline(text, folder, ':');)
        folders.push_back(folder);
    return folders;
}

// Also behind /usr/bin/env.
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

} // namespace locum::platform
