#include "platform/standard_error.hpp"

#include <cstdio>

namespace locum::platform {

void to_stderr(std::string_view text) noexcept {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

} // namespace locum::platform
