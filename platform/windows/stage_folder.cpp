// By paths, not by open folders: the stage is a private folder that no other user reaches into, and
// an open folder could not be renamed.
#include "platform/stage_folder.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/tree.hpp"
#include "platform/windows/acl.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <vector>

namespace locum::platform {

struct StageFolder::Folder {
    std::string path;
};

struct StageFolder::State {
    struct Link {
        std::string path;
        std::string target;
        std::string folder; // where it is, for a target relative to it
    };
    std::string path;
    std::vector<Link> links;
};

StageFolder::StageFolder(const std::string& path) : state_(std::make_unique<State>()) {
    state_->path = path;
    if (!platform::make_folder(path, 0700))
        throw in_the_way("make", path);
}

StageFolder::~StageFolder() = default;

std::shared_ptr<const StageFolder::Folder> StageFolder::open(const std::string& relative) const {
    std::string at = state_->path;
    for (std::size_t start = 0; start < relative.size();) {
        const std::size_t end = std::min(relative.find('/', start), relative.size());
        at += "/" + relative.substr(start, end - start);
        const DWORD found = ::GetFileAttributesW(wide_path(at).c_str());
        if (found == INVALID_FILE_ATTRIBUTES)
            throw path_error("open", at, ::GetLastError());
        if ((found & FILE_ATTRIBUTE_DIRECTORY) == 0 || (found & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
            throw path_error("open", at, ERROR_DIRECTORY);
        start = end + 1;
    }
    return std::make_shared<const Folder>(Folder{at});
}

void StageFolder::make_folder(const Folder& in, const std::string& name, unsigned mode,
                              const std::string& shown) {
    if (!platform::make_folder(in.path + "/" + name, mode))
        throw in_the_way("make", shown);
}

OpenFile StageFolder::make_file(const Folder& in, const std::string& name, unsigned mode,
                                const std::string& shown) {
    return OpenFile::open("write", in.path + "/" + name, OpenFile::Use::make, mode, shown);
}

void StageFolder::make_link(const Folder& in, const std::string& name, const std::string& target,
                            const std::string& shown) {
    const std::string path = in.path + "/" + name;
    if (exists(path))
        throw in_the_way("link", shown);
    state_->links.push_back({path, target, in.path});
}

void StageFolder::sync_folder(const Folder&, const std::string&) {}

bool StageFolder::can_sync_all() {
    return false;
}

void StageFolder::sync_all() {}

void StageFolder::finish(unsigned mode) {
    // Last, since a link to a folder is of another kind than one to a file.
    for (const State::Link& link : state_->links)
        make_symbolic_link(link.path, link.target, is_folder(link.folder + "/" + link.target));
    if (!is_private(mode))
        set_access(state_->path, mode);
}

} // namespace locum::platform
