#include "platform/files.hpp"

#include "platform/linux/system.hpp"
#include "platform/native.hpp"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace fs = boost::filesystem;

bool exists(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0;
}

bool is_regular_file(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

bool is_folder(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
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

void replace(std::string_view doing, const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        throw path_error(doing, to, errno);
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

void sync_folder(const std::string& path) {
    const Descriptor folder = open_path("open", path, O_RDONLY | O_DIRECTORY);
    if (::fsync(folder.get()) != 0)
        throw path_error("write to disk (fsync)", path, errno);
}

std::string native_name(const std::string& path) {
    return path;
}

std::string temporary_folder() {
    return "/tmp";
}

} // namespace locum::platform
