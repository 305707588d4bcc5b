#include "platform/files.hpp"

#include "engine/error.hpp"
#include "platform/file_system.hpp"
#include "platform/hash.hpp"
#include "platform/native.hpp"
#include "platform/open_file.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace locum::platform {

using Use = OpenFile::Use;

namespace {

std::string fresh_name(const std::string& path) {
    return path + ".new-" + hex(random_bytes(4));
}

} // namespace

std::string read_file(const std::string& path, std::uint64_t limit) {
    return OpenFile::open("read", path, Use::read).read_all(limit);
}

std::string read_end(const std::string& path, std::uint64_t limit) {
    const std::optional<OpenFile> file = OpenFile::find("read", path, Use::read);
    if (!file)
        return "";
    const std::uint64_t size = file->size();
    const std::uint64_t from = size - std::min(size, limit);
    std::string bytes(static_cast<std::size_t>(size - from), '\0');
    // By position: who writes to it meanwhile makes it longer, or begins it anew.
    bytes.resize(file->read_at(from, bytes.data(), bytes.size()));
    return bytes;
}

void write_file(const std::string& path, std::string_view content, unsigned mode) {
    const std::string fresh = fresh_name(path);
    OpenFile file = OpenFile::open("write", fresh, Use::make, mode, path);
    try {
        file.write(content);
        file.sync();
        file.close();
        replace("write", fresh, path);
    } catch (...) {
        file.close();
        remove_file(fresh);
        throw;
    }
    sync_folder(parent_of(path));
}

void write_new_file(const std::string& path, std::string_view content, unsigned mode) {
    std::optional<OpenFile> file = OpenFile::find("write", path, Use::make, mode);
    if (!file)
        throw engine::Error(path + " is there already", engine::Kind::usage)
            .remedy("name another file, or move that one away");
    try {
        file->write(content);
        file->sync();
    } catch (...) {
        file.reset();
        remove_file(path);
        throw;
    }
    sync_folder(parent_of(path));
}

void make_folders(const std::string& path, unsigned mode) {
    const std::string folder = absolute(path);
    if (is_folder(folder))
        return;
    const std::string parent = parent_of(folder);
    if (parent == folder || is_regular_file(folder))
        throw in_the_way("make the folder", folder);
    make_folders(parent, mode);
    if (!make_folder(folder, mode)) {
        if (is_folder(folder))
            return; // somebody else made it just now
        throw in_the_way("make the folder", folder);
    }
    sync_folder(parent);
}

void make_own_folder(const std::string& path, unsigned mode) {
    make_folders(path, mode);
    const std::optional<FileEntry> found = look_at(path);
    const bool folder = found && found->type == FileEntry::Type::folder;
    const std::string other = folder ? foreign_owner(path) : "no folder";
    if (!other.empty())
        throw engine::Error(
            fmt::format("{} is {}; expected a folder of the user that Locum runs as", path, other))
            .remedy("find out who made it, and move it away; then run the command again");
}

void append_to(const std::string& path, std::string_view text) {
    OpenFile::open("append to", path, Use::append).write(text);
}

std::vector<std::string> missing_folders(const std::string& path) {
    std::vector<std::string> missing;
    for (std::string folder = absolute(path);
         !exists(folder) && folder.size() > root_length(folder); folder = parent_of(folder))
        missing.insert(missing.begin(), folder);
    return missing;
}

void remove_if_empty(std::vector<std::string> folders) {
    std::sort(folders.begin(), folders.end(),
              [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
    for (const std::string& folder : folders)
        remove_empty_folder(folder);
}

void rename_durably(const std::string& from, const std::string& to) {
    replace(fmt::format("rename {} to", from), from, to);
    const std::string source = parent_of(from);
    const std::string target = parent_of(to);
    sync_folder(target);
    if (source != target)
        sync_folder(source);
}

void sync_file(const std::string& path) {
    OpenFile::open("open", path, Use::sync).sync();
}

std::uint64_t free_bytes(const std::string& path) {
    return file_system_of(absolute(path)).free_bytes;
}

bool writeable(const std::string& folder) {
    try {
        const std::string name = fresh_name(nearest_existing(folder) + "/.locum-can-write");
        OpenFile::open("write", name, Use::make).close();
        return remove_file(name);
    } catch (const engine::Error&) {
        return false;
    }
}

std::string parent_of(const std::string& path) {
    const std::string at = without_trailing_slash(path);
    const std::size_t slash = at.rfind('/');
    const std::size_t root = root_length(at);
    if (root > 0 && (slash == std::string::npos || slash < root))
        return at.substr(0, root);
    return slash == std::string::npos ? "." : without_trailing_slash(at.substr(0, slash));
}

bool is_absolute(std::string_view path) {
    return root_length(path) > 0;
}

std::string absolute(const std::string& path) {
    const std::string whole = with_root(path);
    const std::size_t root = root_length(whole);
    std::vector<std::string_view> names;
    for (std::size_t start = root; start < whole.size();) {
        const std::size_t end = std::min(whole.find('/', start), whole.size());
        const std::string_view name = std::string_view(whole).substr(start, end - start);
        if (name == "..") {
            if (!names.empty())
                names.pop_back();
        } else if (!name.empty() && name != ".") {
            names.push_back(name);
        }
        start = end + 1;
    }
    return whole.substr(0, root) + fmt::format("{}", fmt::join(names, "/"));
}

std::string make_temporary_folder(const std::string& parent, std::string_view prefix) {
    const std::string name =
        fmt::format("{}/{}{}", without_trailing_slash(parent), prefix, hex(random_bytes(3)));
    const bool made =
        engine::during("making a folder in " + parent, [&] { return make_folder(name, 0700); });
    if (!made)
        throw in_the_way("make the folder", name);
    return name;
}

} // namespace locum::platform
