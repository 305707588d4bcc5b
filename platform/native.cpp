#include "platform/native.hpp"

#include "platform/files.hpp"

#include <algorithm>

namespace locum::platform {

std::string without_trailing_slash(std::string path) {
    const std::size_t root = std::max<std::size_t>(root_length(path), 1);
    while (path.size() > root && path.back() == '/')
        path.pop_back();
    return path;
}

std::string nearest_existing(const std::string& path) {
    std::string at = absolute(path);
    while (!exists(at) && at.size() > root_length(at))
        at = parent_of(at);
    return at;
}

} // namespace locum::platform
