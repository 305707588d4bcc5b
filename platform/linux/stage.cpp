#include "platform/stage.hpp"

#include "platform/files.hpp"
#include "platform/linux/system.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace locum::platform {

namespace {

// One fsync a file costs a commit of the file system each; beyond this many, one syncfs is cheaper,
// though it writes what others have pending too.
constexpr std::size_t most_single_syncs = 128;

constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

} // namespace

struct Stage::State {
    std::string into;
    std::string path;
    Descriptor root;
    // The folder that was used last, since files of a folder come one after the other.
    std::string current;
    Descriptor current_descriptor;
    std::vector<std::string> folders;
    std::size_t files = 0;
    bool published = false;

    std::string shown(const std::string& relative) const { return path + "/" + relative; }

    Descriptor open(const std::string& folder) const {
        Descriptor at(::openat(root.get(), ".", open_folder));
        for (std::size_t start = 0; at && start < folder.size();) {
            const std::size_t end = std::min(folder.find('/', start), folder.size());
            const std::string name = folder.substr(start, end - start);
            if (name.empty() || name == "." || name == "..")
                throw engine::Error(
                    fmt::format("the path {} does not stay in its stage", shown(folder)))
                    .remedy("use a bundle that the vendor signed");
            at = Descriptor(::openat(at.get(), name.c_str(), open_folder));
            start = end + 1;
        }
        if (!at)
            throw path_error("open", shown(folder), errno);
        return at;
    }

    // The folder that holds the path, and the path's last name.
    std::pair<int, std::string> holder(const std::string& relative) {
        const std::size_t slash = relative.rfind('/');
        const std::string folder = slash == relative.npos ? "" : relative.substr(0, slash);
        if (!current_descriptor || folder != current) {
            current_descriptor = open(folder);
            current = folder;
        }
        std::string name = slash == relative.npos ? relative : relative.substr(slash + 1);
        if (name.empty() || name == "." || name == "..")
            throw engine::Error(
                fmt::format("the path {} does not stay in its stage", shown(relative)))
                .remedy("use a bundle that the vendor signed");
        return {current_descriptor.get(), std::move(name)};
    }

    void sync() {
        if (files > most_single_syncs) {
            if (::syncfs(root.get()) != 0)
                throw path_error("write", path, errno);
            return;
        }
        for (const std::string& folder : folders)
            if (::fsync(open(folder).get()) != 0)
                throw path_error("write", shown(folder), errno);
        if (::fsync(root.get()) != 0)
            throw path_error("write", path, errno);
    }
};

Stage::Stage(const std::string& into) : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.into = into;
    s.path = into + ".stage";
    if (exists(into))
        throw engine::Error(fmt::format("{} is there already; expected a fresh folder", into))
            .remedy(fmt::format("move {} away", into));
    make_folders(parent_of(into));
    remove_all(s.path);
    if (::mkdir(s.path.c_str(), 0700) != 0)
        throw path_error("make", s.path, errno);
    s.root = Descriptor(::open(s.path.c_str(), open_folder));
    if (!s.root) {
        const int number = errno;
        ::rmdir(s.path.c_str());
        throw path_error("open", s.path, number);
    }
}

Stage::~Stage() {
    if (state_->published)
        return;
    try {
        remove_all(state_->path);
    } catch (const engine::Error&) {
        // What stays is unreadable to others and is removed by the next run; the error that ends
        // this one is told.
    }
}

void Stage::make_folder(const std::string& path, unsigned mode) {
    const auto [holder, name] = state_->holder(path);
    if (::mkdirat(holder, name.c_str(), 0700) != 0)
        throw path_error("make", state_->shown(path), errno);
    // The mode of mkdir is subject to the umask.
    const Descriptor made(::openat(holder, name.c_str(), open_folder));
    if (!made || ::fchmod(made.get(), mode) != 0)
        throw path_error("make", state_->shown(path), errno);
    state_->folders.push_back(path);
}

void Stage::write_file(const std::string& path, unsigned mode, const Blocks& next_block) {
    const auto [holder, name] = state_->holder(path);
    const Descriptor file(
        ::openat(holder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        throw path_error("write", state_->shown(path), errno);
    for (std::string_view block = next_block(); !block.empty(); block = next_block())
        write_all(file.get(), block, state_->shown(path));
    if (::fchmod(file.get(), mode) != 0)
        throw path_error("write", state_->shown(path), errno);
    if (++state_->files <= most_single_syncs && ::fsync(file.get()) != 0)
        throw path_error("write", state_->shown(path), errno);
}

void Stage::make_link(const std::string& path, const std::string& target) {
    const auto [holder, name] = state_->holder(path);
    if (::symlinkat(target.c_str(), holder, name.c_str()) != 0)
        throw path_error("link", state_->shown(path), errno);
}

void Stage::publish(unsigned mode) {
    State& s = *state_;
    if (::fchmod(s.root.get(), mode) != 0)
        throw path_error("write", s.path, errno);
    s.sync();
    if (exists(s.into))
        throw engine::Error(fmt::format("{} came into being meanwhile", s.into))
            .remedy(fmt::format("move {} away", s.into));
    rename_durably(s.path, s.into);
    s.published = true;
}

} // namespace locum::platform
