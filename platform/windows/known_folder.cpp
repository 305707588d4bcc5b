#include "platform/windows/known_folder.hpp"

#include "platform/windows/wide.hpp"

#include <memory>
#include <shlobj.h>

namespace locum::platform {

namespace {

struct TaskFreed {
    void operator()(wchar_t* text) const { ::CoTaskMemFree(text); }
};

} // namespace

std::string known_folder(const KNOWNFOLDERID& id) {
    wchar_t* found = nullptr;
    const HRESULT result = ::SHGetKnownFolderPath(id, 0, nullptr, &found);
    const std::unique_ptr<wchar_t, TaskFreed> owned(found);
    if (FAILED(result))
        fail("cannot tell a folder of the system", static_cast<DWORD>(result) & 0xffffU);
    return utf8_path(found);
}

} // namespace locum::platform
