// What Windows shows of a setup: the suite, in resources that stand in for those of the program.

#include "suite/pe_resources.hpp"
#include "suite/resource_tree.hpp"
#include "suite/setup_file.hpp"
#include "tests/support/pe_sample.hpp"
#include "tests/support/scratch.hpp"

#include <stdexcept>

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using suite::PeResource;

namespace {

constexpr std::size_t sections = pe_header + 24 + 240;
constexpr std::size_t section_size = 40;
constexpr std::size_t resources_at = pe_header + 24 + 112 + 2 * 8;
constexpr std::uint32_t loaded_at = 0x1000;
constexpr std::uint32_t headers = 0x200;

const PeResource manifest{{24}, {1}, 0, "a manifest"};
const PeResource version{{16}, {1}, 0x409, "Locum's"};
const PeResource icon{{3}, {1}, 0x409, "an icon"};
const PeResource icons{{14}, {1}, 0x409, "the list of icons"};
const PeResource named{{0, u"OWN"}, {0, u"name"}, 0x407, std::string("\0\1\2", 3)};

void put_section(std::string& bytes, std::size_t at, std::uint32_t begin, std::size_t length) {
    const auto size = static_cast<std::uint32_t>(length);
    pe_put(bytes, at + 8, size, 4);
    pe_put(bytes, at + 12, loaded_at, 4);
    pe_put(bytes, at + 16, size, 4);
    pe_put(bytes, at + 20, begin, 4);
}

std::string program_with(const std::string& tree) {
    std::string bytes = pe_program();
    put_section(bytes, sections, static_cast<std::uint32_t>(bytes.size()), tree.size());
    pe_put(bytes, pe_header + 6, 1, 2);
    pe_put(bytes, pe_header + 24 + 32, 0x1000, 4); // alignments
    pe_put(bytes, pe_header + 24 + 36, 0x200, 4);
    pe_put(bytes, pe_header + 24 + 56, 0x2000, 4); // of the whole
    pe_put(bytes, pe_header + 24 + 60, headers, 4);
    pe_put(bytes, resources_at, loaded_at, 4);
    pe_put(bytes, resources_at + 4, static_cast<std::uint32_t>(tree.size()), 4);
    bytes += tree;
    pe_put(bytes, pe_checksum_at, pe_checksum(bytes), 4);
    return bytes;
}

std::string sample() {
    return program_with(suite::write_resources({icons, version, named, manifest, icon}, loaded_at));
}

suite::ShownOfProgram shown(const std::string& icon_file = "") {
    return {"Ünïque 𝄞", "4.7.2-rc1", "A vendor", "unique-setup.exe", icon_file};
}

std::string wide(std::u16string_view text) {
    std::string bytes;
    for (const char16_t unit : text) {
        bytes += static_cast<char>(unit & 0xffU);
        bytes += static_cast<char>(unit >> 8U);
    }
    return bytes;
}

// By the headers, as Windows finds them.
std::vector<PeResource> found_in(const std::string& made) {
    const std::size_t entry = sections + section_size;
    REQUIRE(pe_number(made, pe_header + 6) % 0x10000 == 2);
    const std::uint32_t address = pe_number(made, entry + 12);
    const std::uint32_t begin = pe_number(made, entry + 20);
    CHECK(begin % 0x200 == 0);
    CHECK(pe_number(made, entry + 16) % 0x200 == 0);
    CHECK(begin + pe_number(made, entry + 16) == made.size());
    CHECK(address % 0x1000 == 0);
    CHECK(address >= 0x2000);
    CHECK(pe_number(made, pe_header + 24 + 56) >= address + pe_number(made, entry + 8));
    const std::uint32_t tree = pe_number(made, resources_at);
    return suite::read_resources(made.substr(begin + (tree - address)), tree);
}

const PeResource& one(const std::vector<PeResource>& all, std::uint16_t kind) {
    for (const PeResource& resource : all)
        if (resource.kind.number == kind && resource.kind.text.empty())
            return resource;
    throw std::out_of_range("no such resource");
}

std::string icon_file() { // of two icons
    std::string ico("\0\0\1\0\2\0", 6);
    for (const std::uint32_t i : {0U, 1U}) {
        std::string entry(16, static_cast<char>('p' + i));
        pe_put(entry, 8, 5 + i, 4);
        pe_put(entry, 12, 6 + 32 + i * 5, 4);
        ico += entry;
    }
    return ico + "first" + "second";
}

} // namespace

TEST_CASE("resources: a tree is read back as it was written") {
    const std::vector<PeResource> all = suite::read_resources(
        suite::write_resources({icons, version, named, manifest, icon}, 0x5000), 0x5000);
    REQUIRE(all.size() == 5);
    CHECK(all[0].kind.text == u"OWN"); // names first, then numbers, as Windows seeks them
    CHECK(all[0].name.text == u"name");
    CHECK(all[0].language == 0x407);
    CHECK(all[0].content == named.content);
    CHECK(all[1].content == icon.content);
    CHECK(all[2].content == icons.content);
    CHECK(all[3].content == version.content);
    CHECK(all[4].content == manifest.content);
}

TEST_CASE("resources: what is shown is the suite, and the manifest stays") {
    const std::vector<PeResource> all = found_in(suite::with_resources(sample(), shown()));
    REQUIRE(all.size() == 5);
    CHECK(one(all, 24).content == manifest.content);
    CHECK(one(all, 3).content == icon.content);
    const std::string info = one(all, 16).content;
    CHECK(pe_number(info, 0) % 0x10000 == info.size());
    CHECK(contains(info, wide(u"VS_VERSION_INFO")));
    CHECK(pe_number(info, 40) == 0xFEEF04BD);
    CHECK(pe_number(info, 48) == (4U << 16U | 7U));
    CHECK(pe_number(info, 52) == (2U << 16U));
    for (const std::u16string_view text :
         {u"Ünïque 𝄞", u"Ünïque 𝄞 4.7.2-rc1", u"A vendor", u"unique-setup.exe"})
        CHECK(contains(info, wide(text) + std::string(2, '\0')));
}

TEST_CASE("resources: an icon takes the place of the program's") {
    const std::vector<PeResource> all =
        found_in(suite::with_resources(sample(), shown(icon_file())));
    REQUIRE(all.size() == 6);
    const std::string list = one(all, 14).content;
    CHECK(list.size() == 6 + 2 * 14);
    CHECK(list.substr(0, 6) == icon_file().substr(0, 6));
    CHECK(pe_number(list, 6 + 8) == 5);
    CHECK(list.substr(6 + 12, 2) == std::string("\1\0", 2));
    CHECK(list.substr(6 + 14 + 12, 2) == std::string("\2\0", 2));
    CHECK(one(all, 3).content == "first");
    for (const std::string& none :
         {std::string("x"), icon_file().substr(0, 40), std::string(6, '\0')})
        CHECK(error_of([&] { suite::with_resources(sample(), shown(none)); }).kind() ==
              Kind::usage);
}

TEST_CASE("resources: the program comes out of a setup as it was, also of a signed one") {
    const Scratch scratch;
    const std::string setup = scratch / "unique-setup.exe";
    platform::write_file(scratch / "program", sample(), 0755);
    platform::write_file(scratch / "bundle", std::string(5003, 'b'), 0644);
    suite::write_setup_file(scratch / "program", scratch / "bundle", setup, shown());
    const std::string made = platform::read_file(setup);
    CHECK(pe_number(made, pe_checksum_at) == pe_checksum(made));
    CHECK(contains(made, wide(u"A vendor")));
    const auto unpacked = [&] {
        const suite::SetupFile file = suite::read_setup_file(setup).value();
        suite::unpack_program(file, scratch / "out");
        suite::unpack_bundle(file, scratch / "out.bundle");
        CHECK(platform::read_file(scratch / "out.bundle") == std::string(5003, 'b'));
        return platform::read_file(scratch / "out");
    };
    CHECK(unpacked() == sample());
    // The program of one setup is that of the next.
    suite::write_setup_file(setup, scratch / "bundle", scratch / "next.exe", shown());
    CHECK(platform::read_file(scratch / "next.exe") == made);
    platform::write_file(setup, pe_signed(made), 0755);
    CHECK(unpacked() == sample());
    std::string changed = made;
    changed[0x700] = static_cast<char>(changed[0x700] ^ 1); // of the headers that are kept
    platform::write_file(setup, changed, 0755);
    CHECK(error_of(unpacked).kind() == Kind::not_trusted);
}

TEST_CASE("resources: a program without any stays as it is, one without room is refused") {
    CHECK(suite::with_resources(pe_program(), shown()) == pe_program());
    std::string full = sample();
    full[sections + 2 * section_size - 1] = 'x';
    CHECK(error_of([&] { suite::with_resources(full, shown()); }).kind() == Kind::usage);
}

TEST_CASE("resources: a text that is too long for what tells its length is refused") {
    suite::ShownOfProgram long_one = shown();
    long_one.publisher = std::string(0x7000, 'x');
    CHECK(suite::with_resources(sample(), long_one).size() > sample().size());
    long_one.publisher = std::string(0x8000, 'x');
    CHECK(error_of([&] { suite::with_resources(sample(), long_one); }).kind() == Kind::usage);
}

TEST_CASE("resources: damaged ones end in an error") {
    const std::string tree = suite::write_resources({version, manifest}, loaded_at);
    for (std::size_t size = 0; size + 4 < tree.size();
         size += 4) { // what fills it up is not missed
        const std::string cut = tree.substr(0, size);
        CHECK_THROWS_AS(suite::read_resources(cut, loaded_at), std::logic_error);
    }
    std::string circle = tree;
    pe_put(circle, 14, 0xFFFF, 2);
    for (std::size_t at = 16; at + 8 <= circle.size(); at += 8)
        pe_put(circle, at + 4, 0x80000000U, 4); // each folder is the first one
    CHECK_THROWS_AS(suite::read_resources(circle, loaded_at), std::logic_error);
    CHECK(error_of([&] { suite::with_resources(program_with(circle), shown()); }).kind() ==
          Kind::not_trusted);
    std::string elsewhere = sample();
    pe_put(elsewhere, resources_at, 0x9000, 4);
    CHECK(error_of([&] { suite::with_resources(elsewhere, shown()); }).kind() == Kind::not_trusted);
}
