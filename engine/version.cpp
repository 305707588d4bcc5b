#include "engine/version.hpp"

#include "engine/error.hpp"

#include <charconv>
#include <fmt/format.h>

namespace locum::engine {

Version Version::parse(std::string_view text) {
    Version version;
    version.text_ = text;
    const char* at = text.data();
    const char* end = at + text.size();
    for (std::size_t part = 0; part < version.parts_.size(); ++part) {
        auto [next, error] = std::from_chars(at, end, version.parts_[part]);
        if (error != std::errc{})
            break;
        if (next == end)
            return version;
        if (*next != '.')
            break;
        at = next + 1;
    }
    throw Error(fmt::format("'{}' is not a version: expected one to four numbers separated by "
                            "dots, such as 2.0 or 4.7.3",
                            text),
                Kind::usage);
}

} // namespace locum::engine
