#include "suite/bundle_reader.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

class Cursor {
public:
    Cursor(const platform::InputFile& file, std::uint64_t at) : file_(file), at_(at) {}

    std::uint64_t at() const { return at_; }

    // Exactly as many bytes; the caller has bounded the count.
    std::string take(std::uint64_t count, std::string_view what) {
        std::string bytes(count, '\0');
        fill(bytes.data(), bytes.size(), what);
        return bytes;
    }

    void expect(const std::string& bytes, const std::string& what) {
        if (take(bytes.size(), what) != bytes)
            not_trusted(file_.path(),
                        fmt::format("other bytes than {}'s at {}", what, at_ - bytes.size()),
                        "exactly what the manifest gives");
    }

    void expect_hash(const Part& part) {
        platform::Sha256 sum;
        buffer_.resize(std::size_t{1} << 20);
        for (std::uint64_t left = part.size; left > 0;) {
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
            fill(buffer_.data(), count, part.path);
            sum.add({buffer_.data(), count});
            left -= count;
        }
        if (platform::hex(sum.finish()) != part.sha256)
            not_trusted(file_.path(), fmt::format("other content in the part '{}'", part.path),
                        "the content whose SHA-256 the manifest gives");
    }

private:
    void fill(char* into, std::size_t count, std::string_view what) {
        if (file_.read_at(at_, into, count) != count)
            not_trusted(file_.path(), fmt::format("the end of the file within {}", what),
                        "the whole bundle");
        at_ += count;
    }

    const platform::InputFile& file_;
    std::uint64_t at_;
    std::string buffer_;
};

std::string padding(std::uint64_t size) {
    return std::string(layout::padding(size), '\0');
}

std::uint64_t size_of(const BundleHead& head, const Manifest& manifest) {
    std::uint64_t size = head.size + layout::end().size();
    for (const Part& part : manifest.parts)
        size += layout::block + part.size + layout::padding(part.size);
    return size;
}

} // namespace

void not_trusted(const std::string& file, const std::string& found, const std::string& expected) {
    throw Error(fmt::format("{}: found {}; expected {}", file, found, expected), Kind::not_trusted)
        .remedy("get the bundle again from its vendor, and check the trusted key");
}

BundleHead read_head(const platform::InputFile& file) {
    Cursor cursor(file, 0);
    const std::string first = cursor.take(layout::block, "its first header");
    const auto claimed = layout::read_size(first);
    const std::uint64_t size = claimed.value_or(0);
    if (!claimed || size > layout::largest_manifest ||
        first != layout::header("manifest.toml", size))
        not_trusted(file.path(), "no header of a bundle", "a bundle that Locum built");
    BundleHead head;
    head.manifest = cursor.take(size, "the manifest");
    cursor.expect(padding(size), "the manifest's padding");
    cursor.expect(layout::header("signatures", layout::signatures_size), "the signatures' header");
    head.signature = engine::during("reading " + file.path(), [&] {
        return layout::decode(cursor.take(layout::signatures_size, "the signatures"));
    });
    cursor.expect(padding(layout::signatures_size), "the signatures' padding");
    head.size = cursor.at();
    return head;
}

Manifest read_manifest(const platform::InputFile& file, const std::string& text,
                       ParseManifest parse) {
    Manifest manifest;
    try {
        manifest = parse(text, file.path() + ":manifest.toml");
    } catch (const Error& error) {
        if (error.kind() != Kind::usage)
            throw;
        throw Error(error.what(), Kind::not_trusted)
            .remedy("ask the bundle's vendor for one that `locum bundle build` made");
    }
    if (manifest.parts.empty())
        not_trusted(file.path(), "a manifest without parts",
                    "a manifest that `locum bundle build` wrote");
    return manifest;
}

std::map<std::string, std::uint64_t>
verify_parts(const platform::InputFile& file, const BundleHead& head, const Manifest& manifest) {
    if (const std::uint64_t size = size_of(head, manifest); file.size() != size)
        not_trusted(file.path(), fmt::format("{} bytes", file.size()),
                    fmt::format("{}, as the manifest gives", size));
    std::map<std::string, std::uint64_t> places;
    Cursor cursor(file, head.size);
    for (const Part& part : manifest.parts) {
        cursor.expect(layout::header(part.path, part.size),
                      fmt::format("the header of '{}'", part.path));
        places[part.path] = cursor.at();
        cursor.expect_hash(part);
        cursor.expect(padding(part.size), fmt::format("the padding of '{}'", part.path));
    }
    cursor.expect(layout::end(), "the end");
    char more = 0;
    if (file.read_at(cursor.at(), &more, 1) != 0)
        not_trusted(file.path(), "bytes after its end", "the end of the file");
    return places;
}

std::string read_part(const platform::InputFile& file, const Part& part, std::uint64_t at) {
    if (part.size > layout::largest_text)
        not_trusted(file.path(), fmt::format("{} bytes in the text '{}'", part.size, part.path),
                    fmt::format("at most {}", layout::largest_text));
    std::string text = Cursor(file, at).take(part.size, part.path);
    if (platform::sha256_hex(text) != part.sha256)
        not_trusted(file.path(),
                    fmt::format("other content in the part '{}' than a moment ago", part.path),
                    "a file that nothing writes to");
    return text;
}

} // namespace locum::suite
