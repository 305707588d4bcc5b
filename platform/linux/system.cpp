#include "platform/linux/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace locum::platform {

using engine::Error;

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Descriptor::close() {
    if (number_ >= 0)
        ::close(std::exchange(number_, -1));
}

Error path_error(std::string_view doing, std::string_view path, int number) {
    engine::Kind kind = engine::Kind::failed;
    std::string remedy = fmt::format("check {}", path);
    switch (number) {
    case EACCES:
    case EPERM:
        kind = engine::Kind::no_privilege;
        remedy = fmt::format("run as root, or as a user who may {} {}", doing, path);
        break;
    case EROFS:
        remedy = fmt::format("make the file system of {} writeable, or choose another place", path);
        break;
    case ENOSPC:
    case EDQUOT:
        remedy = fmt::format("free space on the file system of {}", path);
        break;
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ELOOP:
        remedy = fmt::format("move what is at {} out of the way", path);
        break;
    case EMFILE:
    case ENFILE:
        remedy = "raise the limit of open files (ulimit -n)";
        break;
    case EIO:
        remedy = fmt::format("check the disk that holds {} (dmesg)", path);
        break;
    default:
        break;
    }
    return Error(fmt::format("cannot {} {}: {}", doing, path, engine::errno_text(number)), kind)
        .remedy(std::move(remedy));
}

Descriptor open_path(std::string_view doing, const std::string& path, int flags, unsigned mode) {
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!file)
        throw path_error(doing, path, errno);
    return file;
}

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            throw path_error("write", path, errno);
    }
}

std::string read_all(int descriptor, std::uint64_t limit, const std::string& path) {
    std::string bytes;
    char block[16384];
    for (;;) {
        const ssize_t count = ::read(descriptor, block, sizeof block);
        if (count == 0)
            return bytes;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw path_error("read", path, errno);
        bytes.append(block, static_cast<std::size_t>(count));
        if (bytes.size() > limit)
            throw Error(fmt::format("{} is longer than the {} bytes expected at most", path, limit))
                .remedy(fmt::format("check that {} is the file that is meant", path));
    }
}

std::string link_text(const std::string& path) {
    std::string text(4096, '\0');
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    if (length < 0)
        return {};
    text.resize(static_cast<std::size_t>(length));
    constexpr std::string_view deleted = " (deleted)";
    if (text.ends_with(deleted))
        text.resize(text.size() - deleted.size());
    return text;
}

std::string kernel_text(const std::string& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    char block[4096];
    while (file) {
        const ssize_t count = ::read(file.get(), block, sizeof block);
        if (count > 0)
            text.append(block, static_cast<std::size_t>(count));
        else if (count == 0 || errno != EINTR)
            break;
    }
    return text;
}

} // namespace locum::platform
