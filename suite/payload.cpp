#include "suite/payload.hpp"

#include "engine/error.hpp"
#include "platform/archive.hpp"
#include "platform/executable.hpp"
#include "platform/hash.hpp"
#include "platform/input_file.hpp"
#include "platform/tree.hpp"
#include "suite/output_file.hpp"
#include "suite/paths.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& found,
                         const std::string& expected) {
    throw Error(fmt::format("{}: found {}; expected {}", path, found, expected), Kind::usage)
        .remedy(fmt::format("change or remove {}, then build again", path));
}

using Type = platform::FileEntry::Type;

File describe(const std::string& component, const std::string& folder,
              const platform::FileEntry& entry) {
    constexpr unsigned set_id = 06000;
    File file;
    file.component = component;
    file.path = entry.path;
    const std::string full = folder + "/" + entry.path;
    if (const auto fault = path_fault(file.path, longest_file_path); !fault.empty())
        refuse(full, fault, "relative paths of printable ASCII");
    if (entry.type == Type::regular && (entry.mode & set_id) != 0)
        refuse(full, "a file with setuid or setgid", "files without");
    switch (entry.type) {
    case Type::regular:
        file.mode = payload_mode(full, entry.mode);
        break;
    case Type::folder:
        file.type = File::Type::directory;
        file.mode = 0755;
        break;
    case Type::link:
        file.type = File::Type::symlink;
        file.mode = 0777;
        file.target = entry.target;
        if (const auto fault = link_fault(file.path, file.target); !fault.empty())
            refuse(full, fault, "a link that stays in the component's folder");
        break;
    case Type::other:
        refuse(full, "a device, pipe or socket", "files, folders and links");
    }
    return file;
}

// Also where the folder itself is a link.
std::vector<File> list(const std::string& component, const std::string& folder) {
    std::vector<File> files;
    for (const platform::FileEntry& entry : platform::tree(platform::canonical(folder)))
        files.push_back(describe(component, folder, entry));
    return files;
}

void add(platform::ArchiveWriter& archive, const std::string& folder, File& file) {
    platform::ArchiveEntry entry;
    entry.path = file.path;
    entry.mode = file.mode;
    if (file.type != File::Type::regular) {
        entry.type = file.type == File::Type::directory ? platform::ArchiveEntry::Type::directory
                                                        : platform::ArchiveEntry::Type::symlink;
        entry.target = file.target;
        archive.add(entry, {});
        return;
    }
    const platform::InputFile input(folder + "/" + file.path);
    entry.size = file.size = input.size();
    platform::Sha256 sum;
    std::uint64_t at = 0;
    archive.add(entry, [&](char* into, std::size_t most) {
        const std::size_t count = input.read_at(at, into, most);
        sum.add({into, count});
        at += count;
        return count;
    });
    file.sha256 = platform::hex(sum.finish());
}

} // namespace

unsigned payload_mode(const std::string& file, unsigned mode) {
    std::array<char, platform::beginning_of_program> beginning{};
    const std::size_t count =
        platform::InputFile(file).read_at(0, beginning.data(), beginning.size());
    return platform::may_be_executed(mode, {beginning.data(), count}) ? 0755 : 0644;
}

Payload pack_payload(const std::string& component, const std::string& folder,
                     const std::string& to) {
    const auto found = platform::look_at(platform::canonical(folder));
    if (!found || found->type != Type::folder)
        refuse(folder, fmt::format("no folder for the component '{}'", component),
               "the folder that 'payload' names");
    Payload payload;
    payload.part.path = payload_part(component);
    payload.files = list(component, folder);
    OutputFile output(to);
    platform::Sha256 sum;
    platform::ArchiveWriter archive([&](std::string_view bytes) {
        output.write(bytes);
        sum.add(bytes);
        payload.part.size += bytes.size();
    });
    for (File& file : payload.files)
        add(archive, folder, file);
    archive.finish();
    output.close();
    payload.part.sha256 = platform::hex(sum.finish());
    return payload;
}

} // namespace locum::suite
