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
    out_ = platform::OpenFile::open("write", file_, platform::OpenFile::Use::make, 0600);
}

Upload::~Upload() {
    out_.close();
    try {
        platform::remove_all(file_);
    } catch (const Error&) {
        // prepare() does it at the next start
    }
}

void Upload::write(std::string_view bytes) {
    out_.write(bytes);
}

void Upload::close() {
    out_.sync();
    out_.close();
}

void Upload::prepare(const std::string& folder) {
    platform::make_folders(folder, 0700);
    for (const std::string& name : platform::list_folder(folder))
        if (name.starts_with(prefix))
            platform::remove_all(folder + "/" + name);
}

} // namespace locum::cluster
