// What links and junctions lead to, by the bytes that NTFS tells of them; Wine has none.

#include "platform/windows/reparse.hpp"
#include "tests/support/scratch.hpp"

#include "native_environment.hpp"

#include <cstdint>
#include <span>
#include <vector>

using namespace locum;
using namespace locum::platform;

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint32_t symlink_tag = 0xA000000C;
constexpr std::uint32_t junction_tag = 0xA0000003;

void put(Bytes& bytes, std::uint32_t number, int size) {
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
}

void put(Bytes& bytes, const std::u16string& text) {
    for (const char16_t unit : text)
        put(bytes, unit, 2);
}

struct Link {
    std::uint32_t tag = symlink_tag;
    std::u16string substitute = {};
    std::u16string print = {};
    std::uint32_t flags = 0; // 1: relative

    // As mklink writes it: of a symbolic link what is shown comes first, of a junction last, and
    // there each name has a NUL behind it.
    Bytes bytes() const {
        const auto size = [](const std::u16string& text) {
            return static_cast<std::uint32_t>(2 * text.size());
        };
        Bytes names;
        if (tag == symlink_tag) {
            put(names, size(print), 2);
            put(names, size(substitute), 2);
            put(names, 0, 2);
            put(names, size(print), 2);
            put(names, flags, 4);
            put(names, print + substitute);
        } else {
            put(names, 0, 2);
            put(names, size(substitute), 2);
            put(names, size(substitute) + 2, 2);
            put(names, size(print), 2);
            put(names, substitute + u'\0' + print + u'\0');
        }
        Bytes all;
        put(all, tag, 4);
        put(all, static_cast<std::uint32_t>(names.size()), 2);
        put(all, 0, 2);
        all.insert(all.end(), names.begin(), names.end());
        return all;
    }
};

const Link absolute_link{symlink_tag, u"\\??\\C:\\Suite\\b\u00e4r", u"C:\\Suite\\b\u00e4r"};
const Link junction{junction_tag, u"\\??\\C:\\Suite\\data", u"C:\\Suite\\data"};

// An other number of 16 bits at this place.
Bytes with(Bytes bytes, std::size_t at, unsigned number) {
    bytes[at] = static_cast<std::byte>(number);
    bytes[at + 1] = static_cast<std::byte>(number >> 8U);
    return bytes;
}

} // namespace

TEST_CASE("reparse point: symbolic links and junctions lead where they lead") {
    CHECK(target_in(absolute_link.bytes()) == "C:/Suite/b\xc3\xa4r");
    CHECK(target_in(Link{symlink_tag, u"..\\lib\\a.dll", u"..\\lib\\a.dll", 1}.bytes()) ==
          "../lib/a.dll");
    CHECK(target_in(junction.bytes()) == "C:/Suite/data");
    // As programs make them that leave out what is shown.
    CHECK(target_in(Link{junction_tag, u"\\??\\C:\\Suite\\data"}.bytes()) == "C:/Suite/data");
    CHECK(
        target_in(Link{symlink_tag, u"\\??\\UNC\\host\\share\\x", u"\\\\host\\share\\x"}.bytes()) ==
        "//host/share/x");
    // A mount point of a drive without a letter is no relative path.
    CHECK(target_in(Link{junction_tag, u"\\??\\Volume{0-1}\\"}.bytes()) == "/?\?/Volume{0-1}/");
}

TEST_CASE("reparse point: what is shown of a link is not taken for where it leads") {
    CHECK(target_in(Link{junction_tag, u"\\??\\C:\\Windows", u"C:\\Suite\\data"}.bytes()) ==
          "C:/Windows");
}

TEST_CASE("reparse point: other kinds, and what is broken, lead nowhere") {
    CHECK(target_in(Link{0xA000001D, u"x", u"x"}.bytes()) == ""); // a link of Linux's
    CHECK(target_in(Link{symlink_tag}.bytes()) == "");
    for (const Bytes& whole : {absolute_link.bytes(), junction.bytes()}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            CHECK(target_in(cut) == "");
        }
        for (const std::size_t at : {8, 10}) // where the name begins, and its length
            CHECK(target_in(with(whole, at, 0xffff)) == "");
        // It says that all of it is less, though more was read.
        CHECK(target_in(with(whole, 4, 14)) == "");
        CHECK(target_in(with(whole, 4, 3)) == "");
    }
    // Half a letter is none, and half a pair of surrogates no letter.
    CHECK(target_in(with(Link{junction_tag, u"ab"}.bytes(), 10, 3)) == "a");
    CHECK(target_in(Link{junction_tag, u"a\xd800"}.bytes()) == "a\xef\xbf\xbd");
}

TEST_CASE("reparse point: a symbolic link that was made is read (not shown by Wine)") {
    REQUIRE_MESSAGE(testing::has_links(), "may make no links; run it as an administrator");
    const testing::Scratch scratch;
    make_folders(scratch / "folder");
    for (const std::string target : {std::string("folder"), scratch / "folder"}) {
        CAPTURE(target);
        make_symbolic_link(scratch / "link", target, true);
        CHECK(reparse_target(scratch / "link") == target);
        CHECK(read_link(scratch / "link") == target);
        CHECK(look_at(scratch / "link")->type == FileEntry::Type::link);
        remove_all(scratch / "link");
        CHECK(exists(scratch / "folder"));
    }
}
