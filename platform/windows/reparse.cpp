#include "platform/windows/reparse.hpp"

#include "platform/files.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <vector>
#include <winioctl.h>

namespace locum::platform {

namespace {

constexpr std::uint32_t symlink_tag = 0xA000000C;
constexpr std::uint32_t junction_tag = 0xA0000003;
constexpr std::size_t most_bytes = 16U << 10;
constexpr DWORD unprivileged = 0x2; // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE

// REPARSE_DATA_BUFFER is in the driver kit's headers only. This much of it every kind has.
struct Head {
    std::uint32_t tag;
    std::uint16_t length; // of what follows it
    std::uint16_t reserved;
};
// Of the names, in bytes. A symbolic link has flags behind it.
struct Names {
    std::uint16_t substitute_offset, substitute_length, print_offset, print_length;
};

// Takes a T off the front; nullopt where there is less.
template <class T>
std::optional<T> taken(std::span<const std::byte>& bytes) {
    if (bytes.size() < sizeof(T))
        return std::nullopt;
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes = bytes.subspan(sizeof value);
    return value;
}

// It is as the object manager spells it: \??\C:\x, \??\UNC\server\share; or relative.
std::string usual_spelling(std::wstring_view target) {
    std::string path = utf8(target);
    std::replace(path.begin(), path.end(), '\\', '/');
    if (path.starts_with("/\?\?/UNC/"))
        return "/" + path.substr(7);
    const bool of_drive = path.starts_with("/\?\?/") && path.size() > 5 && path[5] == ':';
    return of_drive ? path.substr(4) : path;
}

} // namespace

std::string target_in(std::span<const std::byte> bytes) {
    const auto head = taken<Head>(bytes);
    if (!head || head->length > bytes.size() ||
        (head->tag != symlink_tag && head->tag != junction_tag))
        return "";
    bytes = bytes.first(head->length);
    const auto names = taken<Names>(bytes);
    if (!names || (head->tag == symlink_tag && !taken<std::uint32_t>(bytes)))
        return "";
    const std::size_t offset = names->substitute_offset;
    const std::size_t length = names->substitute_length;
    if (offset + length > bytes.size())
        return "";
    std::wstring target(length / sizeof(wchar_t), L'\0');
    std::memcpy(target.data(), bytes.data() + offset, target.size() * sizeof(wchar_t));
    return usual_spelling(target);
}

std::string reparse_target(const std::string& link) {
    const Handle opened(::CreateFileW(
        wide_path(link).c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
        OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    std::vector<std::byte> buffer(most_bytes);
    DWORD size = 0;
    if (!opened ||
        ::DeviceIoControl(opened.get(), FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer.data(),
                          static_cast<DWORD>(buffer.size()), &size, nullptr) == 0)
        return "";
    return target_in(std::span(buffer).first(size));
}

void make_symbolic_link(const std::string& link, const std::string& target, bool to_folder) {
    const std::wstring to = wide(with_backslashes(target));
    const DWORD flags = unprivileged | (to_folder ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0U);
    const bool made = ::CreateSymbolicLinkW(wide_path(link).c_str(), to.c_str(), flags) != 0;
    const DWORD code = made ? ERROR_NOT_SUPPORTED : ::GetLastError();
    if (!made || !exists(link)) // some systems only pretend
        throw engine::Error(
            fmt::format("cannot link {} to {}: {}", link, target, system_text(code)),
            engine::Kind::no_privilege)
            .remedy("run it as an administrator, or switch Developer Mode on; or have the vendor "
                    "put a file in place of the link");
}

} // namespace locum::platform
