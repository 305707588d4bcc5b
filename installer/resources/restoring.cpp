#include "installer/resources/restoring.hpp"

#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer::resources {

using engine::Error;
using engine::Reporter;
using What = FileDifference::What;

namespace {

// A folder that was made for the time of a repair, whatever becomes of it.
class Unpacked {
public:
    Unpacked(const std::function<void(const std::string&)>& unpack, std::string into) :
        into_(std::move(into)) {
        unpack(into_);
    }
    ~Unpacked() {
        try {
            platform::remove_all(into_);
        } catch (const Error&) {
            // The next verify tells of it.
        }
    }
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;

private:
    std::string into_;
};

void restore_permissions(const FileDifference& difference, const std::string& path,
                         std::uint32_t owner) {
    platform::set_owner(path, owner);
    const suite::File* file = difference.file;
    if (!file)
        platform::set_mode(path, 0755);
    else if (file->type != suite::File::Type::symlink)
        platform::set_mode(path, file->mode);
}

bool is_folder(const std::string& path) {
    const auto entry = platform::look_at(path);
    return entry && entry->type == platform::FileEntry::Type::folder;
}

// One file, folder or link as it was unpacked; a folder with all that is in it.
void put_back(const std::string& from, const std::string& to, std::uint32_t owner) {
    platform::set_owner(from, owner);
    // Only these cannot take each other's place by the rename itself.
    if (is_folder(from) || is_folder(to))
        platform::remove_all(to);
    platform::make_folders(platform::parent_of(to));
    engine::failpoint("repair/put-back");
    platform::rename_durably(from, to);
}

} // namespace

void set_aside(const InstalledNode& node, const std::string& path, Reporter& reporter) {
    const std::string product = node.layout.product();
    const std::string to = product + "/set-aside" + path.substr(product.size());
    platform::make_folders(platform::parent_of(to));
    platform::remove_all(to);
    platform::rename_durably(path, to);
    reporter.note(fmt::format("{} is now {}", path, to));
}

std::string restored_folder(const InstalledNode& node, const std::string& name) {
    return node.layout.product() + "/restored-" + name;
}

void restore_files(const InstalledNode& node, const std::string& name, const std::string& folder,
                   const std::vector<FileDifference>& differences,
                   const std::function<void(const std::string& into)>& unpack, Reporter& reporter) {
    const std::string unpacked = restored_folder(node, name);
    platform::remove_all(unpacked); // of a run that was cut off
    std::optional<Unpacked> source;
    if (std::any_of(differences.begin(), differences.end(), [](const FileDifference& difference) {
            return difference.what == What::missing || difference.what == What::content;
        }))
        source.emplace(unpack, unpacked);
    for (const FileDifference& difference : differences) {
        const std::string below = difference.path.empty() ? "" : "/" + difference.path;
        switch (difference.what) {
        case What::missing:
        case What::content:
            put_back(unpacked + below, folder + below, node.owner);
            break;
        case What::unexpected:
            set_aside(node, folder + below, reporter);
            break;
        case What::permissions:
            restore_permissions(difference, folder + below, node.owner);
            break;
        }
    }
}

} // namespace locum::installer::resources
