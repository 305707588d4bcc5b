#include "platform/windows/wide.hpp"

#include "platform/files.hpp"
#include "platform/windows/system.hpp"

#include <algorithm>

namespace locum::platform {

std::wstring wide(std::string_view text) {
    if (text.empty())
        return {};
    const int size = static_cast<int>(text.size());
    const int length =
        ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, nullptr, 0);
    if (length == 0)
        throw engine::Error("a text is no UTF-8", engine::Kind::usage)
            .remedy("give names and paths in UTF-8");
    std::wstring converted(static_cast<std::size_t>(length), L'\0');
    ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, converted.data(),
                          length);
    return converted;
}

std::string utf8(std::wstring_view text) {
    if (text.empty())
        return {};
    const int size = static_cast<int>(text.size());
    const int length =
        ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, nullptr, 0, nullptr, nullptr);
    std::string converted(static_cast<std::size_t>(length), '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, text.data(), size, converted.data(), length, nullptr,
                          nullptr);
    return converted;
}

std::wstring wide_path(const std::string& path) {
    std::wstring whole;
    if (path == "NUL" || path.starts_with("//./") || path.starts_with("\\\\.\\")) {
        whole = wide(path);
    } else {
        const std::string from_root = absolute(path);
        whole = from_root.starts_with("//") ? L"\\\\?\\UNC" + wide(from_root).substr(1)
                                            : L"\\\\?\\" + wide(from_root);
    }
    std::replace(whole.begin(), whole.end(), L'/', L'\\');
    return whole;
}

std::string with_backslashes(std::string path) {
    std::replace(path.begin(), path.end(), '/', '\\');
    return path;
}

std::string utf8_path(std::wstring_view path) {
    std::string text = utf8(path);
    std::replace(text.begin(), text.end(), '\\', '/');
    if (text.starts_with("//?/UNC/"))
        return "/" + text.substr(7);
    return text.starts_with("//?/") ? text.substr(4) : text;
}

} // namespace locum::platform
