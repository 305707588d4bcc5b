#include "suite/shown_resources.hpp"

#include "engine/error.hpp"
#include "suite/little_endian.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <stdexcept>

namespace locum::suite {

namespace {

constexpr std::uint16_t english = 0x0409; // of the United States, as Locum's own
constexpr std::uint16_t unicode = 1200;   // the code page
constexpr std::size_t longest = 0xFFFF;   // that a block can tell of itself

// Of what is UTF-8, as whoever gives it has made sure.
std::u16string utf16(const std::string& text) {
    std::u16string units;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i++]);
        const unsigned more = first < 0x80U ? 0 : first < 0xE0U ? 1 : first < 0xF0U ? 2 : 3;
        char32_t point = more == 0 ? first : first & (0x3FU >> more);
        for (unsigned k = 0; k < more && i < text.size(); ++k)
            point = point << 6U | (static_cast<unsigned char>(text[i++]) & 0x3FU);
        if (point < 0x10000U) {
            units += static_cast<char16_t>(point);
        } else {
            units += static_cast<char16_t>(0xD800U + ((point - 0x10000U) >> 10U));
            units += static_cast<char16_t>(0xDC00U + (point & 0x3FFU));
        }
    }
    return units;
}

std::string text_bytes(const std::string& text) {
    std::string bytes;
    for (const char16_t unit : utf16(text) + u'\0')
        bytes += number_bytes(unit, 2);
    return bytes;
}

void fill_up(std::string& bytes) {
    bytes.resize(static_cast<std::size_t>(aligned(bytes.size(), 4)), '\0');
}

// A block of VERSIONINFO: its lengths, its kind, its name, its value, and blocks inside of it. The
// length of a text is told in units.
std::string block(const std::string& name, bool text, const std::string& value,
                  const std::vector<std::string>& inside = {}) {
    std::string rest = number_bytes(text ? value.size() / 2 : value.size(), 2) +
                       number_bytes(text ? 1 : 0, 2) + text_bytes(name);
    rest.insert(0, 2, '\0'); // its length
    fill_up(rest);
    rest += value;
    for (const std::string& one : inside) {
        fill_up(rest);
        rest += one;
    }
    if (rest.size() > longest)
        throw engine::Error(fmt::format("what Windows is to show of the setup, {}, takes {} bytes; "
                                        "expected at most {}",
                                        name, rest.size(), longest),
                            engine::Kind::usage)
            .remedy("give it a shorter title or publisher");
    return rest.replace(0, 2, number_bytes(rest.size(), 2));
}

std::string text_block(const std::string& name, const std::string& value) {
    return block(name, true, text_bytes(value));
}

// "4.7.2-rc1": 4, 7, 2, 0.
std::array<std::uint16_t, 4> numbers_of(const std::string& version) {
    std::array<std::uint16_t, 4> numbers{};
    std::size_t at = 0;
    for (std::uint16_t& number : numbers) {
        std::uint32_t value = 0;
        const std::size_t begin = at;
        for (; at < version.size() && version[at] >= '0' && version[at] <= '9'; ++at)
            value = std::min<std::uint32_t>(
                value * 10 + static_cast<std::uint32_t>(version[at] - '0'), 0xFFFF);
        number = static_cast<std::uint16_t>(value);
        if (at == begin || at == version.size() || version[at] != '.')
            break;
        ++at;
    }
    return numbers;
}

std::string fixed_info(const std::string& version) {
    const auto numbers = numbers_of(version);
    std::string number;
    for (const std::size_t i : {1, 0, 3, 2}) // of two each the lower one first
        number += number_bytes(numbers[i], 2);
    return number_bytes(0xFEEF04BDU, 4) + number_bytes(0x00010000, 4) + number + number +
           number_bytes(0x3F, 4) + number_bytes(0, 4) + number_bytes(0x40004, 4) // for Windows NT
           + number_bytes(1, 4)                                                  // a program
           + number_bytes(0, 12);
}

std::uint32_t number(const std::string& ico, std::size_t at, std::size_t size) {
    if (const auto value = number_at(ico, at, size))
        return *value;
    throw std::out_of_range("the icon is cut off");
}

} // namespace

std::string version_info(const ShownOfProgram& shown) {
    const std::string name = shown.file.substr(0, shown.file.rfind('.'));
    const std::vector<std::string> texts = {
        text_block("CompanyName", shown.publisher),
        text_block("FileDescription", shown.title + " " + shown.version),
        text_block("FileVersion", shown.version),
        text_block("InternalName", name),
        text_block("OriginalFilename", shown.file),
        text_block("ProductName", shown.title),
        text_block("ProductVersion", shown.version)};
    return block("VS_VERSION_INFO", false, fixed_info(shown.version),
                 {block("StringFileInfo", true, "", {block("040904b0", true, "", texts)}),
                  block("VarFileInfo", true, "",
                        {block("Translation", false,
                               number_bytes(english, 2) + number_bytes(unicode, 2))})});
}

std::vector<PeResource> icon_resources(const std::string& ico) {
    constexpr std::size_t head = 6;
    constexpr std::size_t entry = 16;
    constexpr std::size_t told = 12; // of an entry, before where its icon is
    const std::uint32_t count = number(ico, 4, 2);
    if (number(ico, 0, 4) != 0x10000U || count == 0)
        throw std::out_of_range("no icon");
    std::vector<PeResource> all;
    std::string list = ico.substr(0, head);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::size_t at = head + i * entry;
        const std::uint32_t size = number(ico, at + 8, 4);
        const std::uint32_t begin = number(ico, at + told, 4);
        if (begin > ico.size() || ico.size() - begin < size)
            throw std::out_of_range("the icon is cut off");
        list += ico.substr(at, told) + number_bytes(i + 1, 2);
        all.push_back({{resource_kind::icon},
                       {static_cast<std::uint16_t>(i + 1)},
                       english,
                       ico.substr(begin, size)});
    }
    all.push_back({{resource_kind::icons}, {1}, english, list});
    return all;
}

} // namespace locum::suite
