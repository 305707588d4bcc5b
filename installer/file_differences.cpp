#include "installer/file_differences.hpp"

#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer {

using platform::FileEntry;
using suite::File;
using What = FileDifference::What;

namespace {

constexpr unsigned folder_mode = 0755; // of a component, as it is unpacked

std::string kind(const FileEntry& entry) {
    switch (entry.type) {
    case FileEntry::Type::regular:
        return "a file";
    case FileEntry::Type::folder:
        return "a folder";
    case FileEntry::Type::link:
        return "a link to " + entry.target;
    case FileEntry::Type::other:
        break;
    }
    return "a device, pipe or socket";
}

std::string kind(const File& file) {
    switch (file.type) {
    case File::Type::directory:
        return "a folder";
    case File::Type::symlink:
        return "a link to " + file.target;
    case File::Type::regular:
        break;
    }
    return fmt::format("a file of {} bytes", file.size);
}

bool same_type(const FileEntry& entry, const File& file) {
    switch (file.type) {
    case File::Type::directory:
        return entry.type == FileEntry::Type::folder;
    case File::Type::symlink:
        return entry.type == FileEntry::Type::link;
    case File::Type::regular:
        break;
    }
    return entry.type == FileEntry::Type::regular;
}

class Comparison {
public:
    Comparison(const std::string& folder, std::uint32_t owner) : folder_(folder), owner_(owner) {}

    std::vector<FileDifference> run(std::span<const File> files) {
        if (!compare_root())
            return std::move(found_);
        const std::vector<FileEntry> entries = platform::tree(folder_);
        auto entry = entries.begin();
        auto file = files.begin();
        while (entry != entries.end() || file != files.end()) {
            if (file == files.end() || (entry != entries.end() && entry->path < file->path))
                unexpected(*entry++);
            else if (entry == entries.end() || file->path < entry->path)
                missing(*file++);
            else
                compare(*entry++, *file++);
        }
        compare_contents();
        std::sort(found_.begin(), found_.end(),
                  [](const FileDifference& a, const FileDifference& b) { return a.path < b.path; });
        return std::move(found_);
    }

private:
    std::string full(const std::string& path) const {
        return path.empty() ? folder_ : folder_ + "/" + path;
    }
    static bool below(const std::string& path, const std::string& folder) {
        return !folder.empty() && path.starts_with(folder + "/");
    }

    // False: nothing below it can be compared.
    bool compare_root() {
        const auto root = platform::look_at(folder_);
        if (!root || root->type != FileEntry::Type::folder) {
            found_.push_back({"", What::missing,
                              folder_ + (root ? " is " + kind(*root) : " is missing"), "a folder",
                              nullptr});
            return false;
        }
        compare_permissions(*root, "", folder_mode, nullptr);
        return true;
    }

    void missing(const File& file) {
        if (below(file.path, missing_folder_))
            return;
        if (file.type == File::Type::directory)
            missing_folder_ = file.path;
        found_.push_back(
            {file.path, What::missing, full(file.path) + " is missing", kind(file), &file});
    }

    void unexpected(const FileEntry& entry) {
        if (below(entry.path, unexpected_folder_))
            return;
        if (entry.type == FileEntry::Type::folder)
            unexpected_folder_ = entry.path;
        found_.push_back({entry.path, What::unexpected,
                          fmt::format("{} ({})", full(entry.path), kind(entry)),
                          "nothing of this name", nullptr});
    }

    void compare(const FileEntry& entry, const File& file) {
        if (!same_type(entry, file)) {
            if (entry.type == FileEntry::Type::folder)
                unexpected_folder_ = entry.path; // what is in it goes with it
            if (file.type == File::Type::directory)
                missing_folder_ = file.path;
            differs(file, fmt::format("{} is {}", full(file.path), kind(entry)), kind(file));
            return;
        }
        if (file.type == File::Type::symlink) {
            if (entry.target != file.target)
                differs(file, fmt::format("{} is {}", full(file.path), kind(entry)), kind(file));
            else
                compare_permissions(entry, file.path, entry.mode, &file); // links have none
            return;
        }
        if (file.type == File::Type::regular && entry.size != file.size) {
            differs(file, fmt::format("{} has {} bytes", full(file.path), entry.size),
                    fmt::format("{} bytes", file.size));
            return;
        }
        compare_permissions(entry, file.path, file.mode, &file);
        if (file.type == File::Type::regular)
            same_size_.push_back(&file);
    }

    void differs(const File& file, std::string found, std::string expected) {
        found_.push_back({file.path, What::content, std::move(found), std::move(expected), &file});
    }

    void compare_permissions(const FileEntry& entry, const std::string& path, unsigned mode,
                             const File* file) {
        if (!platform::has_mode(entry.mode, mode) || entry.owner != owner_)
            found_.push_back({path, What::permissions,
                              fmt::format("{} has mode {:04o} and owner {}", full(path), entry.mode,
                                          entry.owner),
                              fmt::format("mode {:04o} and owner {}", mode, owner_), file});
    }

    void compare_contents() {
        std::vector<std::string> paths;
        paths.reserve(same_size_.size());
        for (const File* file : same_size_)
            paths.push_back(full(file->path));
        const std::vector<std::string> hashes = platform::hashes_of(paths);
        for (std::size_t at = 0; at < paths.size(); ++at)
            if (hashes[at].empty())
                differs(*same_size_[at], paths[at] + " cannot be read", "a file that can be read");
            else if (hashes[at] != same_size_[at]->sha256)
                differs(*same_size_[at], fmt::format("{} has SHA-256 {}", paths[at], hashes[at]),
                        "SHA-256 " + same_size_[at]->sha256);
    }

    const std::string& folder_;
    std::uint32_t owner_;
    std::vector<FileDifference> found_;
    std::vector<const File*> same_size_;
    std::string missing_folder_;
    std::string unexpected_folder_;
};

} // namespace

std::vector<FileDifference> file_differences(const std::string& folder, std::span<const File> files,
                                             std::uint32_t owner) {
    return Comparison(folder, owner).run(files);
}

} // namespace locum::installer
