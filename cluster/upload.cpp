#include "cluster/upload.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>

namespace locum::cluster {

using engine::Error;
using engine::Kind;

namespace {
constexpr std::string_view prefix = "upload-";
}

Upload::Upload(const std::string& folder, std::uint64_t length) {
    const std::uint64_t room = platform::free_bytes(folder);
    if (room < length)
        throw Error(
            fmt::format("{} has room for {} bytes; the upload has {}", folder, room, length),
            Kind::refused)
            .remedy("free space on that file system");
    file_ = fmt::format("{}/{}{}", folder, prefix, platform::hex(platform::random_bytes(12)));
    platform::write_file(file_, "", 0600); // the mode before the content
    out_.open(file_, std::ios::binary | std::ios::in | std::ios::out);
    require_written();
}

Upload::~Upload() {
    try {
        platform::remove_all(file_);
    } catch (const Error&) {
        // prepare() does it at the next start
    }
}

void Upload::write(std::string_view bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    require_written();
}

void Upload::close() {
    out_.close();
    require_written();
    platform::sync_file(file_);
}

void Upload::require_written() {
    if (!out_)
        throw Error(fmt::format("cannot write {}: the disk is full or failing", file_))
            .remedy("free space on that file system, or replace the disk");
}

void Upload::prepare(const std::string& folder) {
    platform::make_folders(folder, 0700);
    for (const std::string& name : platform::list_folder(folder))
        if (name.starts_with(prefix))
            platform::remove_all(folder + "/" + name);
}

} // namespace locum::cluster
