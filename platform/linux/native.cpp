#include "platform/native.hpp"

#include "platform/linux/system.hpp"

#include <cerrno>
#include <climits>
#include <clocale>
#include <csignal>
#include <cwctype>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

std::size_t root_length(std::string_view path) {
    return path.starts_with('/') ? 1 : 0;
}

std::string with_root(const std::string& path) {
    if (path.starts_with('/'))
        return path;
    std::string folder(PATH_MAX, '\0');
    if (::getcwd(folder.data(), folder.size()) == nullptr)
        throw path_error("tell the path of", "the current folder", errno);
    folder.resize(folder.find('\0'));
    return folder + "/" + path;
}

bool make_folder(const std::string& path, unsigned mode) {
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST)
            return false;
        throw path_error("make the folder", path, errno);
    }
    if (mode != 0700 && ::chmod(path.c_str(), mode) != 0)
        throw path_error("set the mode of", path, errno);
    return true;
}

bool remove_empty_folder(const std::string& path) {
    if (::rmdir(path.c_str()) == 0)
        return true;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
        throw path_error("remove the folder", path, errno);
    return false;
}

bool remove_file(const std::string& path) {
    return ::unlink(path.c_str()) == 0;
}

std::string foreign_owner(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0)
        throw path_error("look at", path, errno);
    return found.st_uid == ::geteuid() ? "" : fmt::format("of user {}", found.st_uid);
}

char32_t upper_case(char32_t letter) {
    // Not the program's own locale, which is for people.
    static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    const auto wide = static_cast<wint_t>(letter);
    if (unicode == nullptr)
        return letter >= U'a' && letter <= U'z' ? letter - U'a' + U'A' : letter;
    const wint_t upper = ::towupper_l(wide, unicode);
    // What comes back as another letter is a variant (final sigma, dotless i): NTFS keeps these.
    return ::towlower_l(upper, unicode) == wide ? static_cast<char32_t>(upper) : letter;
}

engine::Error in_the_way(std::string_view doing, std::string_view path) {
    return path_error(doing, path, EEXIST);
}

bool process_exists(std::int64_t pid) {
    return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

std::int64_t own_pid() {
    return ::getpid();
}

std::string how_to_see_process(std::int64_t pid) {
    return fmt::format("ps -fp {}", pid);
}

std::string how_to_see_users_of(const std::string& file) {
    return "fuser -v " + file;
}

std::string how_to_take_over(const std::string& folder) {
    return fmt::format(
        "look at what is in it, move away what nobody of you put there, and take over "
        "the rest: chown -Rh root '{}'",
        folder);
}

std::string how_to_remove_link(const std::string& link) {
    return fmt::format("rm '{}'", link);
}

std::string how_to_look_up(const std::string& name) {
    return "getent hosts " + name;
}

} // namespace locum::platform
