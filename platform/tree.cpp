#include "platform/tree.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/native.hpp"
#include "platform/open_file.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace locum::platform {

namespace {

constexpr std::size_t block = 128U << 10;

// path: of the folder; below: what stands before its names.
void walk(const std::string& path, const std::string& below, std::vector<FileEntry>& entries) {
    for (FileEntry& entry : entries_of(path).value_or(std::vector<FileEntry>{})) {
        const std::string name = entry.path;
        const bool deeper = entry.type == FileEntry::Type::folder;
        entry.path = below + name;
        entries.push_back(std::move(entry));
        if (deeper)
            walk(path + "/" + name, below + name + "/", entries);
    }
}

std::string hash_of(const std::string& file, std::string& buffer) {
    try {
        const OpenFile input = OpenFile::open("read", file, OpenFile::Use::read_itself);
        Sha256 sum;
        while (const std::size_t count = input.read(buffer.data(), buffer.size()))
            sum.add({buffer.data(), count});
        return hex(sum.finish());
    } catch (const engine::Error&) {
        return "";
    }
}

} // namespace

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

void copy_file(const std::string& from, const std::string& to, unsigned mode) {
    const OpenFile input = OpenFile::open("read", from, OpenFile::Use::read);
    const std::string fresh = to + ".new";
    remove_file(fresh); // of a run that was cut off
    OpenFile output = OpenFile::open("write", fresh, OpenFile::Use::make, mode);
    try {
        // Where the system cannot, or stops early, the rest is read and written.
        std::uint64_t at = output.begin_copy(input);
        std::string buffer(1U << 20, '\0');
        while (const std::size_t count = input.read_at(at, buffer.data(), buffer.size())) {
            output.write({buffer.data(), count});
            at += count;
        }
        output.sync();
        output.close();
        rename_durably(fresh, to);
    } catch (...) {
        output.close();
        remove_file(fresh);
        throw;
    }
}

} // namespace locum::platform
