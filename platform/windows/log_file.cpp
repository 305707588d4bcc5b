#include "platform/windows/log_file.hpp"

#include "platform/files.hpp"
#include "platform/windows/wide.hpp"

namespace locum::platform {

Handle open_log(const std::string& path) {
    append_to(path, "");
    Handle log(::CreateFileW(wide_path(path).c_str(), FILE_APPEND_DATA | SYNCHRONIZE,
                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                             OPEN_EXISTING, 0, nullptr));
    if (!log)
        throw path_error("append to", path, ::GetLastError());
    return log;
}

} // namespace locum::platform
