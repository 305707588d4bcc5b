#include "platform/open_file.hpp"

#include "platform/linux/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

int flags_of(OpenFile::Use use) {
    switch (use) {
    case OpenFile::Use::read:
    case OpenFile::Use::sync:
        return O_RDONLY;
    case OpenFile::Use::read_itself:
        return O_RDONLY | O_NOFOLLOW;
    case OpenFile::Use::input:
        return O_RDONLY | O_NONBLOCK | O_NOCTTY;
    case OpenFile::Use::make:
        return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    case OpenFile::Use::append:
        return O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW;
    case OpenFile::Use::update:
        return O_RDWR | O_APPEND | O_CREAT;
    }
    return O_RDONLY;
}

int number_of(std::intptr_t native) {
    return static_cast<int>(native);
}

} // namespace

std::optional<OpenFile> OpenFile::find(std::string_view doing, const std::string& path, Use use,
                                       unsigned mode, const std::string& shown) {
    const std::string& name = shown.empty() ? path : shown;
    Descriptor file(::open(path.c_str(), flags_of(use) | O_CLOEXEC, mode));
    if (!file && (use == Use::make ? errno == EEXIST : errno == ENOENT || errno == ENOTDIR))
        return std::nullopt;
    if (!file)
        throw path_error(doing, name, errno);
    struct stat made {};
    // The mode of open is subject to the umask, or to the folder's ACL.
    if (use == Use::make && (::fstat(file.get(), &made) != 0 ||
                             ((made.st_mode & 07777U) != mode && ::fchmod(file.get(), mode) != 0)))
        throw path_error("set the mode of", name, errno);
    return adopt(file.release(), name);
}

OpenFile OpenFile::open(std::string_view doing, const std::string& path, Use use, unsigned mode,
                        const std::string& shown) {
    if (auto file = find(doing, path, use, mode, shown))
        return std::move(*file);
    throw path_error(doing, shown.empty() ? path : shown, errno);
}

void OpenFile::close() {
    if (native_ != none)
        ::close(number_of(std::exchange(native_, none)));
}

void OpenFile::write(std::string_view bytes) {
    write_all(number_of(native_), bytes, shown_);
}

std::size_t OpenFile::read(char* into, std::size_t most) const {
    for (;;) {
        const ssize_t count = ::read(number_of(native_), into, most);
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            throw path_error("read", shown_, errno);
    }
}

std::size_t OpenFile::read_at(std::uint64_t offset, char* into, std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::pread(number_of(native_), into + done, count - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw path_error("read", shown_, errno);
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::uint64_t OpenFile::begin_copy(const OpenFile& from) {
    // Within the kernel, which shares the blocks where the file system can (XFS, Btrfs).
    std::uint64_t copied = 0;
    for (;;) {
        const ssize_t count = ::copy_file_range(number_of(from.native_), nullptr,
                                                number_of(native_), nullptr, 1U << 30, 0);
        if (count <= 0)
            return copied;
        copied += static_cast<std::uint64_t>(count);
    }
}

std::uint64_t OpenFile::size() const {
    struct stat status {};
    if (::fstat(number_of(native_), &status) != 0)
        throw path_error("read", shown_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

bool OpenFile::is_regular() const {
    struct stat status {};
    if (::fstat(number_of(native_), &status) != 0)
        throw path_error("read", shown_, errno);
    return S_ISREG(status.st_mode);
}

void OpenFile::cut(std::uint64_t size) {
    if (::ftruncate(number_of(native_), static_cast<off_t>(size)) != 0)
        throw path_error("cut", shown_, errno);
}

void OpenFile::sync() {
    // After a failure the kernel may have dropped the pages and marked them clean.
    if (::fsync(number_of(native_)) != 0)
        throw path_error("write to disk (fsync)", shown_, errno);
}

bool OpenFile::lock() {
    while (::flock(number_of(native_), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return false;
        if (errno != EINTR)
            throw path_error("lock", shown_, errno);
    }
    return true;
}

} // namespace locum::platform
