#include "platform/files.hpp"

#include "platform/linux/system.hpp"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace locum::platform {

namespace fs = boost::filesystem;

namespace {

std::string without_trailing_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

// A file under a fresh name beside `path`; it is removed again unless it was kept.
class FreshFile {
public:
    explicit FreshFile(const std::string& path) : name_(path + ".new-XXXXXX") {
        descriptor_ = Descriptor(::mkostemp(name_.data(), O_CLOEXEC));
        if (!descriptor_)
            throw path_error("write", path, errno);
    }
    FreshFile(const FreshFile&) = delete;
    FreshFile& operator=(const FreshFile&) = delete;
    ~FreshFile() {
        if (!name_.empty())
            ::unlink(name_.c_str());
    }

    int get() const { return descriptor_.get(); }
    const std::string& name() const { return name_; }
    void keep() { name_.clear(); }

private:
    std::string name_;
    Descriptor descriptor_;
};

// The path itself or the nearest folder above it that exists.
std::string nearest_existing(const std::string& path) {
    std::string at = without_trailing_slash(absolute(path));
    while (!exists(at) && at != "/")
        at = parent_of(at);
    return at;
}

void sync_descriptor(int descriptor, const std::string& path) {
    // Never tried again: after a failure the kernel may have dropped the pages and marked them
    // clean.
    if (::fsync(descriptor) != 0)
        throw path_error("write to disk (fsync)", path, errno);
}

} // namespace

std::string read_file(const std::string& path, std::uint64_t limit) {
    const Descriptor file = open_path("read", path, O_RDONLY);
    return read_all(file.get(), limit, path);
}

std::string read_end(const std::string& path, std::uint64_t limit) {
    if (!exists(path))
        return "";
    const Descriptor file = open_path("read", path, O_RDONLY);
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    const off_t from = std::max<off_t>(size - static_cast<off_t>(limit), 0);
    std::string bytes(static_cast<std::size_t>(std::max<off_t>(size - from, 0)), '\0');
    std::size_t filled = 0;
    // By position: who writes to it meanwhile makes it longer, or begins it anew.
    while (filled < bytes.size()) {
        const ssize_t count = ::pread(file.get(), bytes.data() + filled, bytes.size() - filled,
                                      from + static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw path_error("read", path, errno);
        if (count == 0)
            break;
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

void write_file(const std::string& path, std::string_view content, unsigned mode) {
    FreshFile fresh(path);
    write_all(fresh.get(), content, path);
    if (::fchmod(fresh.get(), mode) != 0)
        throw path_error("set the mode of", path, errno);
    sync_descriptor(fresh.get(), path);
    if (::rename(fresh.name().c_str(), path.c_str()) != 0)
        throw path_error("write", path, errno);
    fresh.keep();
    sync_folder(parent_of(path));
}

void write_new_file(const std::string& path, std::string_view content, unsigned mode) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0600));
    if (!file && errno == EEXIST)
        throw engine::Error(path + " is there already", engine::Kind::usage)
            .remedy("name another file, or move that one away");
    if (!file)
        throw path_error("write", path, errno);
    try {
        write_all(file.get(), content, path);
        if (::fchmod(file.get(), mode) != 0) // whatever the umask
            throw path_error("set the mode of", path, errno);
        sync_descriptor(file.get(), path);
    } catch (...) {
        ::unlink(path.c_str());
        throw;
    }
    sync_folder(parent_of(path));
}

void make_folders(const std::string& path, unsigned mode) {
    const std::string folder = without_trailing_slash(absolute(path));
    struct stat found {};
    if (::stat(folder.c_str(), &found) == 0) {
        if (!S_ISDIR(found.st_mode))
            throw path_error("make the folder", folder, EEXIST);
        return;
    }
    const std::string parent = parent_of(folder);
    make_folders(parent, mode);
    if (::mkdir(folder.c_str(), 0700) != 0) {
        if (errno == EEXIST && ::stat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode))
            return; // somebody else made it just now
        throw path_error("make the folder", folder, errno);
    }
    if (::chmod(folder.c_str(), mode) != 0) // whatever the umask
        throw path_error("set the mode of", folder, errno);
    sync_folder(parent);
}

void make_own_folder(const std::string& path, unsigned mode) {
    make_folders(path, mode);
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0)
        throw path_error("look at", path, errno);
    if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())
        throw engine::Error(
            fmt::format("{} is {}; expected a folder of the user that Locum runs as", path,
                        S_ISDIR(found.st_mode) ? fmt::format("of user {}", found.st_uid)
                                               : "no folder"))
            .remedy("find out who made it, and move it away; then run the command again");
}

void append_to(const std::string& path, std::string_view text) {
    const Descriptor file =
        open_path("append to", path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    write_all(file.get(), text, path);
}

std::vector<std::string> missing_folders(const std::string& path) {
    std::vector<std::string> missing;
    for (std::string folder = without_trailing_slash(absolute(path)); !exists(folder);
         folder = parent_of(folder))
        missing.insert(missing.begin(), folder);
    return missing;
}

void remove_if_empty(std::vector<std::string> folders) {
    std::sort(folders.begin(), folders.end(),
              [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
    for (const std::string& folder : folders)
        if (::rmdir(folder.c_str()) != 0 && errno != ENOTEMPTY && errno != EEXIST &&
            errno != ENOENT)
            throw path_error("remove the folder", folder, errno);
}

bool exists(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0;
}

bool is_regular_file(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

void remove_all(const std::string& path) {
    const std::string at = without_trailing_slash(path);
    boost::system::error_code error;
    const auto count = fs::remove_all(at, error);
    if (error)
        throw path_error("remove", at, error.value());
    if (count > 0)
        sync_folder(parent_of(at));
}

void rename_durably(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        throw path_error(fmt::format("rename {} to", from), to, errno);
    const std::string source = parent_of(from);
    const std::string target = parent_of(to);
    sync_folder(target);
    if (source != target)
        sync_folder(source);
}

void switch_link(const std::string& link, const std::string& target) {
    struct stat found {};
    const bool there = ::lstat(link.c_str(), &found) == 0;
    if (there && !S_ISLNK(found.st_mode))
        throw path_error("replace the link", link, EEXIST);
    if (target.empty()) {
        if (there && ::unlink(link.c_str()) != 0 && errno != ENOENT)
            throw path_error("remove the link", link, errno);
        if (there)
            sync_folder(parent_of(link));
        return;
    }
    const std::string fresh = fmt::format("{}.new-{}", link, ::getpid());
    ::unlink(fresh.c_str()); // of an earlier process with this number
    if (::symlink(target.c_str(), fresh.c_str()) != 0)
        throw path_error("make the link", fresh, errno);
    if (::rename(fresh.c_str(), link.c_str()) != 0) {
        const int number = errno;
        ::unlink(fresh.c_str());
        throw path_error("replace the link", link, number);
    }
    sync_folder(parent_of(link));
}

std::string read_link(const std::string& link) {
    boost::system::error_code error;
    return fs::read_symlink(link, error).string();
}

std::vector<std::string> list_folder(const std::string& path) {
    std::vector<std::string> names;
    boost::system::error_code error;
    fs::directory_iterator at(path, error);
    if (error.value() == ENOENT)
        return names;
    while (!error && at != fs::directory_iterator()) {
        names.push_back(at->path().filename().string());
        at.increment(error);
    }
    if (error)
        throw path_error("list", path, error.value());
    std::sort(names.begin(), names.end());
    return names;
}

void sync_file(const std::string& path) {
    sync_descriptor(open_path("open", path, O_RDONLY).get(), path);
}

void sync_folder(const std::string& path) {
    sync_descriptor(open_path("open", path, O_RDONLY | O_DIRECTORY).get(), path);
}

std::uint64_t free_bytes(const std::string& path) {
    const std::string at = nearest_existing(path);
    struct statvfs system {};
    if (::statvfs(at.c_str(), &system) != 0)
        throw path_error("ask for the free space at", at, errno);
    return static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
}

bool writeable(const std::string& folder) {
    std::string name = nearest_existing(folder) + "/.locum-can-write-XXXXXX";
    const Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file)
        return false;
    ::unlink(name.c_str());
    return true;
}

std::string parent_of(const std::string& path) {
    const std::string at = without_trailing_slash(path);
    const std::size_t slash = at.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : without_trailing_slash(at.substr(0, slash));
}

std::string absolute(const std::string& path) {
    std::string normal = fs::absolute(path).lexically_normal().string();
    if (normal.ends_with("/.")) // Boost's form of a trailing slash
        normal.pop_back();
    return without_trailing_slash(std::move(normal));
}

std::string make_temporary_folder(const std::string& parent, std::string_view prefix) {
    std::string name = fmt::format("{}/{}XXXXXX", without_trailing_slash(parent), prefix);
    if (::mkdtemp(name.data()) == nullptr)
        throw path_error("make a folder in", parent, errno);
    return name;
}

} // namespace locum::platform
