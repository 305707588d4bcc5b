#include "platform/tree.hpp"

#include "platform/executable.hpp"
#include "platform/files.hpp"
#include "platform/linux/system.hpp"
#include "platform/native.hpp"

#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

FileEntry entry_of(const std::string& path, const struct stat& found) {
    FileEntry entry;
    entry.path = path;
    entry.mode = found.st_mode & 07777;
    entry.owner = found.st_uid;
    if (S_ISREG(found.st_mode)) {
        entry.type = FileEntry::Type::regular;
        entry.size = static_cast<std::uint64_t>(found.st_size);
    } else if (S_ISDIR(found.st_mode)) {
        entry.type = FileEntry::Type::folder;
    } else if (S_ISLNK(found.st_mode)) {
        entry.type = FileEntry::Type::link;
    }
    return entry;
}

} // namespace

std::optional<std::vector<FileEntry>> entries_of(const std::string& path) {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
        return std::nullopt;
    if (!folder)
        throw path_error("list", path, errno);
    const int number = folder.get();
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(folder.release()), ::closedir);
    std::vector<FileEntry> entries;
    errno = 0;
    while (const dirent* next = ::readdir(stream.get())) {
        const std::string name = next->d_name;
        if (name == "." || name == "..")
            continue;
        struct stat found {};
        if (::fstatat(number, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT)
                continue;
            throw path_error("look at", path + "/" + name, errno);
        }
        FileEntry entry = entry_of(name, found);
        if (entry.type == FileEntry::Type::link)
            entry.target = read_link(path + "/" + name);
        entries.push_back(std::move(entry));
        errno = 0;
    }
    if (errno != 0)
        throw path_error("list", path, errno);
    return entries;
}

std::optional<FileEntry> look_at(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        throw path_error("look at", path, errno);
    }
    FileEntry entry = entry_of(path, found);
    if (entry.type == FileEntry::Type::link)
        entry.target = read_link(path);
    return entry;
}

std::string canonical(const std::string& path) {
    boost::system::error_code error;
    const std::string found = boost::filesystem::canonical(path, error).string();
    return error ? path : found;
}

bool has_mode(unsigned found, unsigned asked) {
    return found == asked;
}

void set_mode(const std::string& path, unsigned mode) {
    // By a descriptor that is the file itself, since fchmodat() cannot leave links alone.
    const Descriptor file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat found {};
    if (!file || ::fstat(file.get(), &found) != 0)
        throw path_error("set the mode of", path, errno);
    if (S_ISLNK(found.st_mode))
        throw path_error("set the mode of", path, ELOOP);
    const std::string itself = "/proc/self/fd/" + std::to_string(file.get());
    if (::chmod(itself.c_str(), mode) != 0)
        throw path_error("set the mode of", path, errno);
}

std::string how_to_make_private(const std::string& file) {
    return "chmod 600 " + file;
}

bool execute_bits_are_kept() {
    return true;
}

void set_owner(const std::string& path, std::uint32_t user) {
    if (::lchown(path.c_str(), user, static_cast<gid_t>(-1)) != 0)
        throw path_error("set the owner of", path, errno);
}

} // namespace locum::platform
