#include "platform/windows/com.hpp"

#include <fmt/format.h>

namespace locum::platform {

ComThread::ComThread() {
    const HRESULT code = ::CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    ours_ = SUCCEEDED(code);
    if (!ours_ && code != RPC_E_CHANGED_MODE)
        throw com_error("COM cannot be used", code);
}

ComThread::~ComThread() {
    if (ours_)
        ::CoUninitialize();
}

engine::Error com_error(const std::string& what, HRESULT code) {
    if (HRESULT_FACILITY(code) == FACILITY_WIN32)
        return system_error(what, static_cast<DWORD>(HRESULT_CODE(code)));
    const auto number = static_cast<DWORD>(code);
    if (code == E_ACCESSDENIED)
        return system_error(what, ERROR_ACCESS_DENIED);
    return engine::Error(fmt::format("{}: {} (0x{:08x})", what, system_text(number), number));
}

void require(HRESULT code, const std::string& what) {
    if (FAILED(code))
        throw com_error(what, code);
}

} // namespace locum::platform
