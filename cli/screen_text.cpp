#include "cli/screen_text.hpp"

#include <algorithm>
#include <string_view>

namespace locum::cli {
namespace {

constexpr std::size_t least_wrapped = 60; // nobody breaks a paragraph at fewer columns

// Bytes that do not begin a character of UTF-8 take no column.
std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char one) {
        return (static_cast<unsigned char>(one) & 0xC0) != 0x80;
    }));
}

} // namespace

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (const char character : text)
        if (character == '\n')
            lines.emplace_back();
        else
            lines.back() += character;
    while (lines.size() > 1 && lines.back().empty())
        lines.pop_back();
    return lines;
}

std::string wrapped(const std::string& text, int width) {
    std::string all;
    for (const std::string& line : lines_of(text)) {
        const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
        std::string current;
        std::size_t begin = 0;
        while (begin < line.size()) {
            std::size_t end = line.find(' ', std::max(begin, indent));
            end = end == std::string::npos ? line.size() : end;
            const std::string word = line.substr(begin, end - begin);
            if (!current.empty() &&
                columns_of(current) + 1 + columns_of(word) > static_cast<std::size_t>(width)) {
                all += current + "\n";
                current = std::string(indent, ' ') + word;
            } else
                current += (current.empty() ? "" : " ") + word;
            begin = end + 1;
        }
        all += current + "\n";
    }
    all.pop_back();
    return all;
}

std::string unwrapped(const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    std::size_t width = least_wrapped;
    for (const std::string& line : lines)
        width = std::max(width, columns_of(line));
    std::string all = lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        const bool begins = line.empty() || line.find_first_of(" -*") == 0 || lines[i - 1].empty();
        const std::string word = line.substr(0, line.find(' '));
        const bool had_room = columns_of(lines[i - 1]) + 1 + columns_of(word) <= width;
        all += (begins || had_room ? "\n" : " ") + line;
    }
    return all;
}

} // namespace locum::cli
