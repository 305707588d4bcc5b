#include "suite/payload.hpp"

#include "engine/error.hpp"
#include "platform/archive.hpp"
#include "platform/hash.hpp"
#include "platform/input_file.hpp"
#include "suite/output_file.hpp"
#include "suite/paths.hpp"

#include <algorithm>
#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <fmt/format.h>

namespace locum::suite {

namespace fs = boost::filesystem;
using engine::Error;
using engine::Kind;

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& found,
                         const std::string& expected) {
    throw Error(fmt::format("{}: found {}; expected {}", path, found, expected), Kind::usage)
        .remedy(fmt::format("change or remove {}, then build again", path));
}

File describe(const std::string& component, const std::string& folder,
              const fs::directory_entry& entry) {
    File file;
    file.component = component;
    const std::string full = entry.path().generic_string();
    file.path = full.substr(folder.size() + 1);
    if (const auto fault = path_fault(file.path, longest_file_path); !fault.empty())
        refuse(full, fault, "relative paths of printable ASCII");
    const fs::file_status status = entry.symlink_status();
    if ((status.permissions() & (fs::set_uid_on_exe | fs::set_gid_on_exe)) != 0 &&
        status.type() == fs::regular_file)
        refuse(full, "a file with setuid or setgid", "files without");
    switch (status.type()) {
    case fs::regular_file:
        file.mode = (status.permissions() & fs::owner_exe) != 0 ? 0755 : 0644;
        break;
    case fs::directory_file:
        file.type = File::Type::directory;
        file.mode = 0755;
        break;
    case fs::symlink_file:
        file.type = File::Type::symlink;
        file.mode = 0777;
        file.target = fs::read_symlink(entry.path()).generic_string();
        if (const auto fault = link_fault(file.path, file.target); !fault.empty())
            refuse(full, fault, "a link that stays in the component's folder");
        break;
    default:
        refuse(full, "a device, pipe or socket", "files, folders and links");
    }
    return file;
}

std::vector<File> list(const std::string& component, const std::string& folder) {
    std::vector<File> files;
    boost::system::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error))
        files.push_back(describe(component, folder, *at));
    if (error)
        throw Error(fmt::format("cannot read the folder {}: {}", folder, error.message()),
                    Kind::usage)
            .remedy("make the component's payload folder readable");
    std::sort(files.begin(), files.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
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

Payload pack_payload(const std::string& component, const std::string& folder,
                     const std::string& to) {
    if (!fs::is_directory(folder))
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
