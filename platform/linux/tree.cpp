#include "platform/tree.hpp"

#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/linux/system.hpp"

#include <algorithm>
#include <atomic>
#include <boost/filesystem/operations.hpp>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace locum::platform {

namespace {

constexpr std::size_t block = 128U << 10;

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

// path: of the folder, for errors; below: what stands before its names.
void walk(const std::string& path, const std::string& below, std::vector<FileEntry>& entries) {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
        return;
    if (!folder)
        throw path_error("list", path, errno);
    const int number = folder.get();
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(folder.release()), ::closedir);
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
        FileEntry entry = entry_of(below + name, found);
        if (entry.type == FileEntry::Type::link)
            entry.target = read_link(path + "/" + name);
        const bool deeper = entry.type == FileEntry::Type::folder;
        entries.push_back(std::move(entry));
        if (deeper)
            walk(path + "/" + name, below + name + "/", entries);
        errno = 0;
    }
    if (errno != 0)
        throw path_error("list", path, errno);
}

std::string hash_of(const std::string& file, std::string& buffer) {
    const Descriptor input(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!input)
        return "";
    Sha256 sum;
    for (;;) {
        const ssize_t count = ::read(input.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return "";
        if (count == 0)
            return hex(sum.finish());
        sum.add({buffer.data(), static_cast<std::size_t>(count)});
    }
}

} // namespace

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

std::vector<FileEntry> tree(const std::string& folder) {
    std::vector<FileEntry> entries;
    walk(folder, "", entries);
    std::sort(entries.begin(), entries.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
    return entries;
}

std::vector<std::string> hashes_of(const std::vector<std::string>& files) {
    std::vector<std::string> hashes(files.size());
    std::atomic<std::size_t> next = 0;
    // One by one from a common counter: files differ in size by orders of magnitude.
    const auto work = [&] {
        std::string buffer(block, '\0');
        for (std::size_t at = next++; at < files.size(); at = next++)
            hashes[at] = hash_of(files[at], buffer);
    };
    const std::size_t most = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::thread> others;
    for (std::size_t count = 1; count < std::min(most, files.size()); ++count)
        others.emplace_back(work);
    work();
    for (std::thread& other : others)
        other.join();
    return hashes;
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

void set_owner(const std::string& path, std::uint32_t user) {
    if (::lchown(path.c_str(), user, static_cast<gid_t>(-1)) != 0)
        throw path_error("set the owner of", path, errno);
}

void copy_file(const std::string& from, const std::string& to, unsigned mode) {
    const Descriptor input = open_path("read", from, O_RDONLY);
    const std::string fresh = to + ".new";
    ::unlink(fresh.c_str()); // of a run that was cut off
    try {
        {
            const Descriptor output =
                open_path("write", fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
            // Within the kernel, which shares the blocks where the file system can (XFS, Btrfs).
            // Where it cannot, or stops early, the rest is read and written.
            while (::copy_file_range(input.get(), nullptr, output.get(), nullptr, 1U << 30, 0) > 0)
                ;
            std::string buffer(1U << 20, '\0');
            for (;;) {
                const ssize_t count = ::read(input.get(), buffer.data(), buffer.size());
                if (count < 0 && errno == EINTR)
                    continue;
                if (count < 0)
                    throw path_error("read", from, errno);
                if (count == 0)
                    break;
                write_all(output.get(), {buffer.data(), static_cast<std::size_t>(count)}, fresh);
            }
            if (::fchmod(output.get(), mode) != 0)
                throw path_error("set the mode of", fresh, errno);
        }
        sync_file(fresh);
        rename_durably(fresh, to);
    } catch (...) {
        ::unlink(fresh.c_str());
        throw;
    }
}

} // namespace locum::platform
