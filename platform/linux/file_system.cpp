#include "platform/file_system.hpp"

#include "platform/files.hpp"
#include "platform/linux/system.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace locum::platform {

namespace {

std::uint64_t device_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0)
        throw path_error("look at", path, errno);
    return found.st_dev;
}

} // namespace

FileSystem file_system_of(const std::string& path) {
    std::string at = path;
    while (at != "/" && !exists(at))
        at = parent_of(at);
    FileSystem system;
    system.device = device_of(at);
    struct statvfs facts {};
    if (::statvfs(at.c_str(), &facts) != 0)
        throw path_error("ask for the free space at", at, errno);
    system.free_bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    system.runs_programs = (facts.f_flag & ST_NOEXEC) == 0;
    while (at != "/" && device_of(parent_of(at)) == system.device)
        at = parent_of(at);
    system.mount = at;
    return system;
}

} // namespace locum::platform
