#include "platform/native_process.hpp"
#include "platform/windows/system.hpp"

namespace locum::platform {

bool output_reader_gone() {
    const HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
    if (::GetFileType(output) != FILE_TYPE_PIPE)
        return false;
    // The pipe is asked by a write of nothing: it fails where nobody has the other end.
    DWORD written = 0;
    if (::WriteFile(output, "", 0, &written, nullptr) != 0)
        return false;
    const DWORD code = ::GetLastError();
    return code == ERROR_NO_DATA || code == ERROR_BROKEN_PIPE || code == ERROR_PIPE_NOT_CONNECTED;
}

} // namespace locum::platform
