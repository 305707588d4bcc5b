#include "platform/windows/pointer_file.hpp"

#include "engine/error.hpp"
#include "platform/open_file.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>
#include <string_view>

namespace locum::platform {

namespace {

constexpr std::string_view first_line = "locum: this file stands for a link to\n";

bool may_be_pointer(const std::string& path) {
    WIN32_FILE_ATTRIBUTE_DATA found{};
    if (::GetFileAttributesExW(wide_path(path).c_str(), GetFileExInfoStandard, &found) == 0) {
        const DWORD code = ::GetLastError();
        if (means_missing(code))
            return false;
        throw path_error("read", path, code);
    }
    return (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 && found.nFileSizeHigh == 0 &&
           found.nFileSizeLow == pointer_size;
}

} // namespace

std::string pointer_text(const std::string& target) {
    std::string text = fmt::format("{}{}\n", first_line, target);
    if (text.size() > pointer_size)
        throw engine::Error(fmt::format("a link's target has {} bytes; expected {} at most",
                                        target.size(), pointer_size - first_line.size() - 1),
                            engine::Kind::usage)
            .remedy("choose a shorter folder");
    text.resize(pointer_size, '\n');
    return text;
}

std::string pointed_to(const std::string& path) {
    // Folders and programs may be used by who cannot open them to read.
    if (!may_be_pointer(path))
        return "";
    const auto file = OpenFile::find("read", path, OpenFile::Use::read);
    if (!file || !file->is_regular() || file->size() != pointer_size)
        return "";
    const std::string text = file->read_all(pointer_size);
    if (!text.starts_with(first_line))
        return "";
    const std::string rest = text.substr(first_line.size());
    return rest.substr(0, rest.find('\n'));
}

} // namespace locum::platform
