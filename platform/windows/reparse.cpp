#include "platform/windows/reparse.hpp"

#include "platform/files.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <cstring>
#include <fmt/format.h>
#include <vector>
#include <winioctl.h>

namespace locum::platform {

namespace {

// The head of REPARSE_DATA_BUFFER, which is in the driver kit's headers only.
struct Head {
    std::uint32_t tag;
    std::uint16_t length;
    std::uint16_t reserved;
    std::uint16_t substitute_offset, substitute_length, print_offset, print_length; // bytes
};
constexpr std::uint32_t symlink_tag = 0xA000000C;
constexpr std::uint32_t junction_tag = 0xA0000003;
constexpr std::size_t most_bytes = 16U << 10;
constexpr DWORD unprivileged = 0x2; // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE

} // namespace

std::string reparse_target(const std::string& link) {
    const Handle opened(::CreateFileW(
        wide_path(link).c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
        OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    std::vector<unsigned char> buffer(most_bytes);
    DWORD size = 0;
    if (!opened ||
        ::DeviceIoControl(opened.get(), FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer.data(),
                          static_cast<DWORD>(buffer.size()), &size, nullptr) == 0)
        return "";
    Head head{};
    std::memcpy(&head, buffer.data(), sizeof head);
    if (head.tag != symlink_tag && head.tag != junction_tag)
        return "";
    // A symbolic link has flags before its names.
    const std::size_t names = sizeof(Head) + (head.tag == symlink_tag ? 4 : 0);
    const bool shown = head.print_length > 0;
    const std::size_t offset = names + (shown ? head.print_offset : head.substitute_offset);
    const std::size_t length = shown ? head.print_length : head.substitute_length;
    if (offset + length > size)
        return "";
    std::wstring target(length / sizeof(wchar_t), L'\0');
    std::memcpy(target.data(), buffer.data() + offset, target.size() * sizeof(wchar_t));
    return utf8_path(target);
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
