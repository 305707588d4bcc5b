// Payloads made by hand to leave the stage, under a signature that holds: the vendor's key may be
// in the wrong hands, and the reader must not trust the archive more than its list.

#include "sample.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>

using namespace locum;
using sample::Content;
using suite::Bundle;
using suite::File;
using suite::SigningKey;

namespace {

struct Entry {
    std::string path;
    unsigned type = AE_IFREG;
    unsigned mode = 0644;
    std::string content = {};
    std::string link = {};
    std::string hardlink = {};
};

std::string packed(const std::vector<Entry>& entries) {
    std::string bytes(1U << 20, '\0');
    std::size_t used = 0;
    const std::unique_ptr<archive, decltype(&archive_write_free)> a(archive_write_new(),
                                                                    &archive_write_free);
    archive_write_set_format_pax_restricted(a.get());
    archive_write_add_filter_zstd(a.get());
    archive_write_set_bytes_in_last_block(a.get(), 1);
    REQUIRE(archive_write_open_memory(a.get(), bytes.data(), bytes.size(), &used) == ARCHIVE_OK);
    for (const Entry& from : entries) {
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
            archive_entry_new(), &archive_entry_free);
        archive_entry_set_pathname(entry.get(), from.path.c_str());
        archive_entry_set_filetype(entry.get(), from.type);
        archive_entry_set_perm(entry.get(),
                               static_cast<decltype(archive_entry_perm(entry.get()))>(from.mode));
        archive_entry_set_mtime(entry.get(), 0, 0);
        if (from.type == AE_IFLNK)
            archive_entry_set_symlink(entry.get(), from.link.c_str());
        if (!from.hardlink.empty())
            archive_entry_set_hardlink(entry.get(), from.hardlink.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(from.content.size()));
        REQUIRE(archive_write_header(a.get(), entry.get()) == ARCHIVE_OK);
        if (!from.content.empty())
            archive_write_data(a.get(), from.content.data(), from.content.size());
    }
    REQUIRE(archive_write_close(a.get()) == ARCHIVE_OK);
    bytes.resize(used);
    return bytes;
}

File regular(const std::string& path, const std::string& content) {
    return {"server", path,           File::Type::regular,
            0644,     content.size(), platform::sha256_hex(content),
            ""};
}

struct Fixture {
    sample::Folder folder;
    SigningKey key = SigningKey::generate();
    std::string file = folder.path + "/b.locum";

    // Opens and unpacks a signed bundle with this payload and list; checks that nothing is left.
    sample::Outcome unpack(const std::string& payload, const std::vector<File>& files) const {
        const std::vector<Content> parts = {{"1.sql", ""}, {"payload/server.tar.zst", payload}};
        const std::string text = sample::with_parts(parts, files);
        sample::overwrite(file, sample::signed_bundle(key, text, parts));
        const auto result = sample::outcome([&] {
            Bundle::open(file, key.public_key()).unpack("server", folder.path + "/in/server");
        });
        if (result.thrown && platform::exists(folder.path + "/in"))
            CHECK(platform::list_folder(folder.path + "/in").empty());
        CHECK_FALSE(platform::exists(folder.path + "/out"));
        return result;
    }

    void check_refused(const std::string& payload, const std::vector<File>& files,
                       const std::string& because) const {
        const auto result = unpack(payload, files);
        CHECK(result.thrown);
        CHECK(result.kind == engine::Kind::not_trusted);
        CHECK_MESSAGE(result.text.find(because) != std::string::npos, result.text);
    }
};

} // namespace

TEST_CASE("what the archive holds must be what is listed") {
    const Fixture f;
    const std::vector<File> listed = {regular("a", "12345")};
    CHECK_FALSE(f.unpack(packed({{"a", AE_IFREG, 0644, "12345"}}), listed).thrown);
    platform::remove_all(f.folder.path + "/in");

    f.check_refused(packed({{"a", AE_IFREG, 0644, "12346"}}), listed, "other content in 'a'");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "1234567"}}), listed, "with 7 bytes");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "123"}}), listed, "with 3 bytes");
    f.check_refused(packed({{"a", AE_IFREG, 0755, "12345"}}), listed, "of mode 0755");
    f.check_refused(packed({{"a", AE_IFREG, 04644, "12345"}}), listed, "of mode 4644");
    f.check_refused(packed({{"A", AE_IFREG, 0644, "12345"}}), listed,
                    "found in 'payload/server.tar.zst' a regular file 'A'");
    f.check_refused(packed({{"./a", AE_IFREG, 0644, "12345"}}), listed, "'./a'");
    f.check_refused(packed({}), listed, "its end; expected the file 'a'");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "12345"}, {"b"}}), listed,
                    "a regular file 'b'; expected its end");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "12345"}, {"a", AE_IFREG, 0644, "12345"}}),
                    listed, "a regular file 'a'; expected its end");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "12345"}, {"../out"}}), listed,
                    "'../out'; expected its end");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "12345"}, {"/tmp/out"}}), listed,
                    "expected its end");
}

TEST_CASE("devices, pipes, links and hard links in place of a listed file are refused") {
    const Fixture f;
    const std::vector<File> listed = {regular("a", "")};
    f.check_refused(packed({{"a", AE_IFCHR}}), listed, "a device 'a'");
    f.check_refused(packed({{"a", AE_IFBLK}}), listed, "a device 'a'");
    f.check_refused(packed({{"a", AE_IFIFO}}), listed, "a pipe 'a'");
    f.check_refused(packed({{"a", AE_IFDIR}}), listed, "a folder 'a'");
    f.check_refused(packed({{"a", AE_IFLNK, 0777, "", "/etc/passwd"}}), listed,
                    "a symbolic link 'a'");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "", "", "/etc/passwd"}}), listed,
                    "a hard link 'a'");
    f.check_refused(packed({{"a", AE_IFREG, 0644, "", "", "../b.locum"}}), listed,
                    "a hard link 'a'");
}

TEST_CASE("a link is what is listed, and nothing is written through one") {
    const Fixture f;
    const std::vector<File> listed = {{"server", "l", File::Type::symlink, 0777, 0, "", "x"}};
    f.check_refused(packed({{"l", AE_IFLNK, 0777, "", "../../out"}}), listed,
                    "a symbolic link 'l'");
    f.check_refused(packed({{"l", AE_IFLNK, 0777, "", "x"}, {"l/y"}}), listed,
                    "'l/y'; expected its end");
}

TEST_CASE("a list that leaves the stage is refused before anything is unpacked") {
    const Fixture f;
    const auto refused = [&](File file, const std::string& because) {
        f.check_refused(packed({{file.path}}), {std::move(file)}, because);
    };
    refused(regular("../out", ""), "the path '../out', which leaves its folder");
    refused(regular("/tmp/out", ""), "the absolute path '/tmp/out'");
    refused(regular("a/../../out", ""), "which leaves its folder");
    refused(regular("a/b", ""), "'a/b' without its folder");
    File link{"server", "l", File::Type::symlink, 0777, 0, "", "../out"};
    refused(link, "a link to '../out', which leaves its folder");
    link.target = "/etc";
    refused(link, "the absolute path '/etc'");
    link.target = "x/../../out";
    refused(link, "which leaves its folder");
    // A link in the place of a folder cannot hold files.
    link.target = "x";
    f.check_refused("", {link, regular("l/y", "")}, "'l/y' without its folder");
    f.check_refused("", {regular("a", ""), regular("a", "")}, "files sorted by path, each once");
    f.check_refused("", {regular("b", ""), regular("a", "")}, "files sorted by path, each once");
    // Nobody but root could fill or remove such a folder.
    refused({"server", "d", File::Type::directory, 0500, 0, "", ""}, "the mode '0500'");
    File setuid = regular("a", "");
    setuid.mode = 04755;
    refused(setuid, "without setuid, setgid and sticky");
}

TEST_CASE("what is no archive is refused") {
    const Fixture f;
    const std::vector<File> listed = {regular("a", "12345")};
    const std::string good = packed({{"a", AE_IFREG, 0644, "12345"}});
    f.check_refused("", listed, "server.tar.zst'");
    f.check_refused("hello", listed, "server.tar.zst'");
    f.check_refused(std::string(10000, '\0'), listed, "server.tar.zst'");
    for (std::size_t size = 1; size < good.size(); ++size)
        CHECK(f.unpack(good.substr(0, size), listed).kind == engine::Kind::not_trusted);
    // A few bytes that unfold to a gigabyte end at the first byte beyond the listed size.
    Entry bomb{"a"};
    bomb.content = std::string(64U << 20, '\0');
    f.check_refused(packed({bomb}), listed, "with 67108864 bytes");
}
