#include "platform/stage_folder.hpp"

#include "platform/linux/system.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

} // namespace

struct StageFolder::Folder {
    Descriptor descriptor;
    int at() const { return descriptor.get(); }
};

struct StageFolder::State {
    std::string path;
    Descriptor root;
};

StageFolder::StageFolder(const std::string& path) : state_(std::make_unique<State>()) {
    state_->path = path;
    if (::mkdir(path.c_str(), 0700) != 0)
        throw path_error("make", path, errno);
    state_->root = Descriptor(::open(path.c_str(), open_folder));
    if (!state_->root) {
        const int number = errno;
        ::rmdir(path.c_str());
        throw path_error("open", path, number);
    }
}

StageFolder::~StageFolder() = default;

std::shared_ptr<const StageFolder::Folder> StageFolder::open(const std::string& relative) const {
    Descriptor at(::openat(state_->root.get(), ".", open_folder));
    for (std::size_t start = 0; at && start < relative.size();) {
        const std::size_t end = std::min(relative.find('/', start), relative.size());
        const std::string name = relative.substr(start, end - start);
        at = Descriptor(::openat(at.get(), name.c_str(), open_folder));
        start = end + 1;
    }
    if (!at)
        throw path_error("open", state_->path + "/" + relative, errno);
    return std::make_shared<const Folder>(Folder{std::move(at)});
}

void StageFolder::make_folder(const Folder& in, const std::string& name, unsigned mode,
                              const std::string& shown) {
    if (::mkdirat(in.at(), name.c_str(), 0700) != 0)
        throw path_error("make", shown, errno);
    // The mode of mkdir is subject to the umask.
    const Descriptor made(::openat(in.at(), name.c_str(), open_folder));
    if (!made || ::fchmod(made.get(), mode) != 0)
        throw path_error("make", shown, errno);
}

OpenFile StageFolder::make_file(const Folder& in, const std::string& name, unsigned mode,
                                const std::string& shown) {
    Descriptor file(::openat(in.at(), name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    struct stat made {};
    if (!file || ::fstat(file.get(), &made) != 0)
        throw path_error("write", shown, errno);
    // The mode of open is subject to the umask, or to the folder's ACL.
    if ((made.st_mode & 07777U) != mode && ::fchmod(file.get(), mode) != 0)
        throw path_error("write", shown, errno);
    return OpenFile::adopt(file.release(), shown);
}

void StageFolder::make_link(const Folder& in, const std::string& name, const std::string& target,
                            const std::string& shown) {
    if (::symlinkat(target.c_str(), in.at(), name.c_str()) != 0)
        throw path_error("link", shown, errno);
}

void StageFolder::sync_folder(const Folder& folder, const std::string& shown) {
    if (::fsync(folder.at()) != 0)
        throw path_error("write", shown, errno);
}

bool StageFolder::can_sync_all() {
    return true;
}

void StageFolder::sync_all() {
    if (::syncfs(state_->root.get()) != 0)
        throw path_error("write", state_->path, errno);
}

void StageFolder::finish(unsigned mode) {
    if (::fchmod(state_->root.get(), mode) != 0)
        throw path_error("write", state_->path, errno);
}

} // namespace locum::platform
