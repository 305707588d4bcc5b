#include "platform/file_names.hpp"

#include "platform/native.hpp"

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>
#include <fmt/format.h>
#include <iterator>
#include <map>

namespace locum::platform {

namespace {

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string folded(std::string_view text) {
    std::string low(text);
    std::transform(low.begin(), low.end(), low.begin(), lower);
    return low;
}

// Where it is the same for a system that ignores case, it is the same byte for byte.
std::string without_case(std::string_view text) {
    namespace utf = boost::locale::utf;
    using Utf8 = utf::utf_traits<char>;
    std::string same;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at != end;) {
        const char* const first = at;
        const utf::code_point letter = Utf8::decode(at, end);
        if (letter == utf::illegal || letter == utf::incomplete) {
            same.push_back(*first);
            at = first + 1;
        } else if (letter > 0xffff) { // a pair of surrogates, which NTFS compares as it is
            same.append(first, at);
        } else {
            Utf8::encode(upper_case(letter), std::back_inserter(same));
        }
    }
    return same;
}

// Devices, whatever follows a dot: "nul.txt" is one, too.
bool is_device(std::string_view name) {
    std::string stem = folded(name.substr(0, name.find('.')));
    while (stem.ends_with(' '))
        stem.pop_back();
    constexpr std::array<std::string_view, 6> whole = {"con", "prn",    "aux",
                                                       "nul", "conin$", "conout$"};
    if (std::find(whole.begin(), whole.end(), stem) != whole.end())
        return true;
    if (!stem.starts_with("com") && !stem.starts_with("lpt"))
        return false;
    const std::string_view number = std::string_view(stem).substr(3);
    // The superscript digits 1 to 3 count as digits.
    return (number.size() == 1 && number[0] >= '1' && number[0] <= '9') || number == "\xc2\xb9" ||
           number == "\xc2\xb2" || number == "\xc2\xb3";
}

} // namespace

std::size_t windows_length(std::string_view path) {
    std::size_t count = 0;
    for (const char byte : path) {
        const auto value = static_cast<unsigned char>(byte);
        if ((value & 0xc0U) != 0x80)
            count += value >= 0xf0 ? 2 : 1;
    }
    return count;
}

bool is_windows_program(std::string_view path) {
    return folded(path).ends_with(".exe");
}

std::string windows_name_fault(std::string_view name) {
    constexpr std::size_t longest = 255;
    if (name.empty())
        return "a name is empty";
    for (const char letter : name)
        if (static_cast<unsigned char>(letter) < 0x20)
            return fmt::format("a name holds the control character {:#04x}",
                               static_cast<unsigned>(letter));
    if (const std::size_t at = name.find_first_of("<>:\"/\\|?*"); at != std::string_view::npos)
        return fmt::format("'{}' holds {}", name, name[at]);
    if (name.back() == '.' || name.back() == ' ')
        return fmt::format("'{}' ends with a {}", name, name.back() == '.' ? "full stop" : "space");
    if (is_device(name))
        return fmt::format("'{}' is the name of a device", name);
    if (windows_length(name) > longest)
        return fmt::format("'{}' is longer than {} characters", name, longest);
    return "";
}

std::string windows_path_fault(std::string_view path) {
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view name = path.substr(start, end - start);
        if (!name.empty() && name != "." && name != "..")
            if (std::string fault = windows_name_fault(name); !fault.empty())
                return fault;
        start = end + 1;
    }
    return "";
}

std::vector<std::pair<std::string, std::string>>
names_that_differ_by_case_only(const std::vector<std::string>& paths) {
    std::map<std::string, std::string> first; // as it was written first, by its folded form
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string& path : paths)
        for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
            const std::string part = path.substr(0, end);
            const auto [known, fresh] = first.try_emplace(without_case(part), part);
            if (!fresh && known->second != part) {
                pairs.emplace_back(std::min(known->second, part), std::max(known->second, part));
                break; // what is below differs by that
            }
            if (end == std::string::npos)
                break;
        }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

} // namespace locum::platform
