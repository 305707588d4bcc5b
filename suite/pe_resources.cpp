#include "suite/pe_resources.hpp"

#include "engine/error.hpp"
#include "suite/little_endian.hpp"
#include "suite/pe_file.hpp"
#include "suite/shown_resources.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

namespace locum::suite {

using engine::Error;

namespace {

constexpr std::size_t section_header = 40;
constexpr std::uint64_t longest_headers = 1U << 16;

[[noreturn]] void damaged(const std::string& how) {
    throw Error("the program is damaged: " + how, engine::Kind::not_trusted).remedy("get it anew");
}

std::uint32_t number(const std::string& bytes, std::uint64_t at, std::size_t size = 4) {
    if (const auto value = number_at(bytes, at, size))
        return *value;
    damaged("its headers are cut off");
}

void put(std::string& bytes, std::uint64_t at, std::uint64_t value, std::size_t size = 4) {
    bytes.replace(static_cast<std::size_t>(at), size, number_bytes(value, size));
}

bool is_power_of_two(std::uint64_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

struct Section {
    std::uint32_t address = 0, size = 0; // as it is loaded
    std::uint32_t begin = 0, length = 0; // in the file
};

// As read_pe_file() has found it to be a program.
struct Headers {
    explicit Headers(const std::string& bytes) :
        pe(number(bytes, 0x3c)), optional(std::uint64_t{pe} + 24),
        table(optional + number(bytes, std::uint64_t{pe} + 20, 2)),
        count(number(bytes, std::uint64_t{pe} + 6, 2)),
        directories(optional + pe_directories(number(bytes, optional, 2))),
        section_alignment(number(bytes, optional + 32)),
        file_alignment(number(bytes, optional + 36)), size(number(bytes, optional + 60)) {
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint64_t at = table + i * section_header;
            sections.push_back({number(bytes, at + 12), number(bytes, at + 8),
                                number(bytes, at + 20), number(bytes, at + 16)});
        }
    }
    std::uint64_t resources() const { return directories + 2 * 8; } // where they are told
    bool has_resources(const std::string& bytes) const {
        return number(bytes, directories - 4) > 2 && number(bytes, resources()) != 0;
    }
    void require_sound() const {
        if (!is_power_of_two(file_alignment) || !is_power_of_two(section_alignment) ||
            file_alignment > longest_headers || section_alignment > (1U << 24U) || size % 4 != 0 ||
            size > longest_headers)
            damaged("its headers tell no alignment");
    }

    std::uint32_t pe;
    std::uint64_t optional, table;
    std::uint32_t count;
    std::uint64_t directories;
    std::uint32_t section_alignment, file_alignment, size;
    std::vector<Section> sections;
};

// From their tree to the end of its section, as they are loaded.
std::string resource_bytes(const std::string& program, const Headers& headers) {
    const std::uint32_t address = number(program, headers.resources());
    for (const Section& one : headers.sections) {
        if (address < one.address || address - one.address >= one.length)
            continue;
        if (one.begin > program.size() || program.size() - one.begin < one.length)
            break;
        const std::uint32_t skipped = address - one.address;
        return program.substr(one.begin + skipped, one.length - skipped);
    }
    damaged("its resources are in no section");
}

bool has_room(const std::string& program, const Headers& headers) {
    const std::uint64_t at = headers.table + headers.count * section_header;
    std::uint64_t end = std::min<std::uint64_t>(headers.size, program.size());
    for (const Section& one : headers.sections)
        if (one.length != 0)
            end = std::min<std::uint64_t>(end, one.begin);
    return at + section_header <= end &&
           program.find_first_not_of('\0', static_cast<std::size_t>(at)) >= at + section_header;
}

std::vector<PeResource> replaced(std::vector<PeResource> all, const ShownOfProgram& shown) {
    std::erase_if(all, [&](const PeResource& one) {
        return one.kind == ResourceName{resource_kind::version} ||
               (!shown.icon.empty() && (one.kind == ResourceName{resource_kind::icon} ||
                                        one.kind == ResourceName{resource_kind::icons}));
    });
    all.push_back({{resource_kind::version}, {1}, 0x0409, version_info(shown)});
    if (!shown.icon.empty())
        try {
            for (PeResource& one : icon_resources(shown.icon))
                all.push_back(std::move(one));
        } catch (const std::out_of_range& error) {
            throw Error(fmt::format("the icon cannot be used: {}", error.what()),
                        engine::Kind::usage)
                .remedy("give an .ico file");
        }
    return all;
}

} // namespace

std::string with_resources(const std::string& program, const ShownOfProgram& shown) {
    const Headers headers(program);
    if (!headers.has_resources(program))
        return program;
    headers.require_sound();
    if (!has_room(program, headers))
        throw Error("the program's headers have no room for one more section", engine::Kind::usage)
            .remedy("link it anew, with fewer sections");
    std::uint64_t address = 0;
    for (const Section& one : headers.sections)
        address = std::max<std::uint64_t>(address, std::uint64_t{one.address} +
                                                       std::max(one.size, one.length));
    address = aligned(address, headers.section_alignment);
    const auto tree = static_cast<std::uint32_t>(address + headers.size);
    std::string content = program.substr(0, headers.size); // see kept_headers()
    try {
        content += write_resources(replaced(read_resources(resource_bytes(program, headers),
                                                           number(program, headers.resources())),
                                            shown),
                                   tree);
    } catch (const std::logic_error& error) {
        damaged(error.what());
    }
    const std::uint64_t size = content.size();
    content.resize(static_cast<std::size_t>(aligned(size, headers.file_alignment)), '\0');

    std::string made = program;
    made.resize(static_cast<std::size_t>(aligned(program.size(), headers.file_alignment)), '\0');
    const std::uint64_t begin = made.size();
    made += content;
    const std::uint64_t entry = headers.table + headers.count * section_header;
    made.replace(static_cast<std::size_t>(entry), 8, ".locum\0\0", 8);
    put(made, entry + 8, size);
    put(made, entry + 12, address);
    put(made, entry + 16, content.size());
    put(made, entry + 20, begin);
    put(made, entry + 36, 0x40000040U); // data, to be read
    put(made, headers.pe + 6U, headers.count + 1U, 2);
    put(made, headers.optional + 8, number(made, headers.optional + 8) + content.size());
    put(made, headers.optional + 56, aligned(address + size, headers.section_alignment));
    put(made, headers.resources(), tree);
    put(made, headers.resources() + 4, size - headers.size);
    return made;
}

KeptHeaders kept_headers(const std::string& head, std::uint64_t original) {
    const Headers headers(head);
    headers.require_sound();
    return {aligned(original, headers.file_alignment), headers.size};
}

} // namespace locum::suite
