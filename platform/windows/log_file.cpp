#include "platform/windows/log_file.hpp"

#include "platform/open_file.hpp"

namespace locum::platform {

Handle open_log(const std::string& path) {
    // Not by its name once more, under which there may be something else by then.
    const OpenFile file = OpenFile::open("append to", path, OpenFile::Use::append);
    const HANDLE self = ::GetCurrentProcess();
    HANDLE log = nullptr;
    if (::DuplicateHandle(self, reinterpret_cast<HANDLE>(file.native()), self, &log,
                          FILE_APPEND_DATA | SYNCHRONIZE, FALSE, 0) == 0)
        throw path_error("append to", path, ::GetLastError());
    return Handle(log);
}

} // namespace locum::platform
