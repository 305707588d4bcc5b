#include "suite/key_length.hpp"

#include <algorithm>

namespace locum::suite {

namespace {

// The end of the string that begins at `at`. One that does not end is not TOML, and ends at its
// line, where the parser gives up too.
std::size_t after_string(std::string_view toml, std::size_t at) {
    const char quote = toml[at];
    const bool long_one = toml.substr(at, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
    for (at += long_one ? 3 : 1; at < toml.size(); ++at) {
        if (toml[at] == '\\' && quote == '"') {
            ++at;
        } else if (toml[at] == '\n' && !long_one) {
            return at;
        } else if (toml[at] == quote) {
            if (!long_one)
                return at + 1;
            // Up to two quotes may stand before the three that end it.
            const std::size_t other = std::min(toml.find_first_not_of(quote, at), toml.size());
            const std::size_t count = std::min<std::size_t>(other - at, 5);
            if (count >= 3)
                return at + count;
            at += count - 1;
        }
    }
    return toml.size();
}

} // namespace

std::optional<Place> too_long_key(std::string_view toml) {
    std::size_t parts = 1;
    for (std::size_t at = 0; at < toml.size();) {
        const char c = toml[at];
        if (c == '"' || c == '\'') {
            at = after_string(toml, at);
            continue;
        }
        if (c == '#') { // a comment
            at = std::min(toml.find('\n', at), toml.size());
            continue;
        }
        if (c == '.' && ++parts > most_key_parts) {
            const std::string_view before = toml.substr(0, at);
            const std::size_t line = before.rfind('\n') + 1; // npos + 1: the first one
            return Place{static_cast<unsigned>(1 + std::count(before.begin(), before.end(), '\n')),
                         static_cast<unsigned>(1 + at - line)};
        }
        if (std::string_view("=[]{},\n").find(c) != std::string_view::npos)
            parts = 1;
        ++at;
    }
    return std::nullopt;
}

} // namespace locum::suite
