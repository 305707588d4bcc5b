#include "platform/operating_system.hpp"

#include "platform/files.hpp"

#include <sys/utsname.h>

namespace locum::platform {

OperatingSystem operating_system() {
    for (const char* file : {"/etc/os-release", "/usr/lib/os-release"})
        if (exists(file))
            return parse_os_release(read_file(file));
    return {};
}

std::string architecture() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "";
}

std::string system_name() {
    return "linux-" + architecture();
}

} // namespace locum::platform
