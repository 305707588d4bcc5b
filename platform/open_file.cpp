#include "platform/open_file.hpp"

#include "engine/error.hpp"

#include <fmt/format.h>
#include <utility>

namespace locum::platform {

OpenFile OpenFile::adopt(std::intptr_t native, std::string shown) {
    OpenFile file;
    file.native_ = native;
    file.shown_ = std::move(shown);
    return file;
}

OpenFile::OpenFile(OpenFile&& other) noexcept :
    native_(std::exchange(other.native_, none)), shown_(std::move(other.shown_)),
    at_end_(other.at_end_) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    if (this != &other) {
        close();
        native_ = std::exchange(other.native_, none);
        shown_ = std::move(other.shown_);
        at_end_ = other.at_end_;
    }
    return *this;
}

std::string OpenFile::read_all(std::uint64_t limit) const {
    std::string bytes;
    char block[16384];
    while (const std::size_t count = read(block, sizeof block)) {
        bytes.append(block, count);
        if (bytes.size() > limit)
            throw engine::Error(
                fmt::format("{} is longer than the {} bytes expected at most", shown_, limit))
                .remedy(fmt::format("check that {} is the file that is meant", shown_));
    }
    return bytes;
}

} // namespace locum::platform
