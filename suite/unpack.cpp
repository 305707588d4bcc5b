#include "suite/unpack.hpp"

#include "engine/error.hpp"
#include "platform/archive.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/stage.hpp"
#include "suite/bundle_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using platform::ArchiveEntry;

namespace {

// Files up to this size are read whole, then checked and written by another thread.
constexpr std::uint64_t largest_whole = 256U << 10;

// The bytes of one part, summed up on their way.
class PartSource {
public:
    PartSource(const platform::InputFile& file, const Part& part, std::uint64_t at) :
        file_(file), part_(part), at_(at), left_(part.size) {}

    std::size_t read(char* into, std::size_t most) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
        if (file_.read_at(at_, into, count) != count)
            changed();
        sum_.add({into, count});
        at_ += count;
        left_ -= count;
        return count;
    }

    // The reader stops where the archive ends; the rest belongs to the part as well.
    void finish() {
        std::string rest(std::size_t{64} << 10, '\0');
        while (read(rest.data(), rest.size()) > 0)
            ;
        if (platform::hex(sum_.finish()) != part_.sha256)
            changed();
    }

private:
    [[noreturn]] void changed() const {
        not_trusted(file_.path(),
                    fmt::format("other content in the part '{}' than a moment ago", part_.path),
                    "a file that nothing writes to");
    }

    const platform::InputFile& file_;
    const Part& part_;
    std::uint64_t at_;
    std::uint64_t left_;
    platform::Sha256 sum_;
};

std::string words(const File& file) {
    switch (file.type) {
    case File::Type::directory:
        return fmt::format("the folder '{}' of mode {:04o}", file.path, file.mode);
    case File::Type::symlink:
        return fmt::format("the link '{}' to '{}'", file.path, file.target);
    case File::Type::regular:
        break;
    }
    return fmt::format("the file '{}' of mode {:04o} with {} bytes", file.path, file.mode,
                       file.size);
}

bool same(const ArchiveEntry& entry, const File& file) {
    if (entry.path != file.path)
        return false;
    switch (file.type) {
    case File::Type::regular:
        return entry.type == ArchiveEntry::Type::regular && entry.mode == file.mode &&
               entry.size == file.size;
    case File::Type::directory:
        return entry.type == ArchiveEntry::Type::directory && entry.mode == file.mode;
    case File::Type::symlink:
        return entry.type == ArchiveEntry::Type::symlink && entry.target == file.target;
    }
    return false;
}

// What is found wrong in a part, and in which; the stage's threads use it too.
struct Complaints {
    const std::string& bundle;
    const Part& part;

    [[noreturn]] void differs(const std::string& found, const std::string& expected) const {
        not_trusted(bundle, fmt::format("in '{}' {}", part.path, found), expected);
    }
    void require(const File& file, std::uint64_t size, const std::string& sha256) const {
        if (size != file.size || sha256 != file.sha256)
            differs(fmt::format("other content in '{}'", file.path),
                    "the SHA-256 that the manifest gives");
    }
};

class Unpacker {
public:
    // The complaints, and the files to come, must live as long as the stage.
    Unpacker(const Complaints& complaints, platform::ArchiveReader& archive,
             platform::Stage& stage) :
        complaints_(complaints),
        archive_(archive), stage_(stage) {}

    void unpack(const File& file) {
        const auto entry = archive_.next();
        if (!entry)
            complaints_.differs("its end", words(file));
        if (!same(*entry, file))
            complaints_.differs(fmt::format("{} '{}' of mode {:04o} with {} bytes", entry->kind,
                                            entry->path, entry->mode, entry->size),
                                words(file));
        switch (file.type) {
        case File::Type::directory:
            stage_.make_folder(file.path, file.mode);
            break;
        case File::Type::symlink:
            stage_.make_link(file.path, file.target);
            break;
        case File::Type::regular:
            write(file);
            break;
        }
    }

    void expect_end() {
        if (const auto entry = archive_.next())
            complaints_.differs(fmt::format("{} '{}'", entry->kind, entry->path), "its end");
    }

private:
    void write(const File& file) {
        std::uint64_t size = 0;
        const auto next_block = [&] {
            const std::string_view block = archive_.block();
            size += block.size();
            if (size > file.size)
                complaints_.differs(fmt::format("more bytes in '{}'", file.path), words(file));
            return block;
        };
        if (file.size <= largest_whole) {
            std::string content;
            content.reserve(file.size);
            for (auto block = next_block(); !block.empty(); block = next_block())
                content += block;
            stage_.write_later(file.path, file.mode, std::move(content),
                               [&complaints = complaints_, &file](std::string_view bytes) {
                                   complaints.require(file, bytes.size(),
                                                      platform::sha256_hex(bytes));
                               });
            return;
        }
        platform::Sha256 sum;
        stage_.write_file(file.path, file.mode, [&] {
            const std::string_view block = next_block();
            sum.add(block);
            return block;
        });
        complaints_.require(file, size, platform::hex(sum.finish()));
    }

    const Complaints& complaints_;
    platform::ArchiveReader& archive_;
    platform::Stage& stage_;
};

void require_space(std::span<const File> files, const std::string& into) {
    std::uint64_t needed = 0;
    for (const File& file : files)
        needed += (file.size + 4095) / 4096 * 4096 + 512; // blocks, and the entry itself
    const std::uint64_t free = platform::free_bytes(into);
    if (free < needed)
        throw Error(
            fmt::format("{} bytes are free for {}; expected at least {}", free, into, needed))
            .remedy(fmt::format("free {} bytes on its file system", needed - free));
}

} // namespace

void unpack_payload(const platform::InputFile& file, const Part& part, std::uint64_t at,
                    std::span<const File> files, const std::string& into,
                    const std::function<void(std::uint64_t more)>& taken) {
    require_space(files, into);
    const Complaints complaints{file.path(), part};
    platform::Stage stage(into);
    PartSource source(file, part, at);
    try {
        platform::ArchiveReader archive([&](char* bytes, std::size_t most) {
            const std::size_t count = source.read(bytes, most);
            if (taken)
                taken(count);
            return count;
        });
        Unpacker unpacker(complaints, archive, stage);
        for (const File& listed : files)
            unpacker.unpack(listed);
        unpacker.expect_end();
    } catch (const platform::ArchiveError& error) {
        not_trusted(file.path(),
                    fmt::format("what is no archive in '{}' ({})", part.path, error.what()),
                    "a tar compressed by zstd");
    }
    source.finish();
    stage.publish(0755);
}

} // namespace locum::suite
