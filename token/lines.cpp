#include "token/lines.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::token {

namespace {

constexpr std::string_view checksum_key = "checksum = ";

} // namespace

Lines::Lines(std::string name, std::string again, std::string_view text) :
    name_(std::move(name)), again_(std::move(again)) {
    const std::string_view lines = checked(text);
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = lines.find('\n', begin);
        const std::string_view line = lines.substr(begin, end - begin);
        begin = end + 1;
        if (line.empty() || line.front() == '#')
            continue;
        const std::size_t sign = line.find(" = ");
        if (sign == std::string_view::npos)
            refuse(fmt::format("has a line that is not 'key = value': '{}'", line.substr(0, 20)));
        if (!values_.emplace(line.substr(0, sign), line.substr(sign + 3)).second)
            refuse(fmt::format("has the key '{}' twice", line.substr(0, sign)));
    }
}

void Lines::refuse(const std::string& what) const {
    throw engine::Error(fmt::format("{} {}", name_, what), engine::Kind::not_trusted)
        .remedy(again_);
}

// The lines before the checksum line, which is the last one, once they are known to be whole.
std::string_view Lines::checked(std::string_view text) const {
    const std::size_t at = text.rfind(checksum_key);
    if (at == std::string_view::npos || at == 0 || text[at - 1] != '\n' ||
        text.find('\n', at) != text.size() - 1)
        refuse("is cut: it does not end with its checksum line");
    std::string_view stated = text.substr(at + checksum_key.size());
    stated.remove_suffix(1);
    const std::string_view lines = text.substr(0, at);
    if (platform::sha256_hex(lines) != stated)
        refuse("was altered: its checksum is not that of its lines");
    return lines;
}

std::string Lines::take(std::string_view key) {
    const auto found = values_.find(key);
    if (found == values_.end())
        refuse(fmt::format("has no '{}'", key));
    std::string value = std::move(found->second);
    values_.erase(found);
    return value;
}

void Lines::done() const {
    if (!values_.empty())
        refuse(fmt::format("has an unknown key '{}'", values_.begin()->first));
}

std::string with_checksum(std::string lines) {
    lines += fmt::format("{}{}\n", checksum_key, platform::sha256_hex(lines));
    return lines;
}

bool is_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool fits_a_line(std::string_view value) {
    return !value.empty() && value.front() != ' ' && value.back() != ' ' &&
           std::all_of(value.begin(), value.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::string_view format_line_of(std::string_view text, std::string_view family) {
    const std::size_t at = text.find(family);
    if (at == std::string_view::npos || (at > 0 && text[at - 1] != '\n'))
        return {};
    return text.substr(at, text.find('\n', at) - at);
}

} // namespace locum::token
