#include "platform/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <exception>
#include <fmt/format.h>
#include <vector>

namespace locum::platform {

using engine::Error;

namespace {

constexpr std::size_t block_size = std::size_t{256} << 10;
constexpr const char* zstd_level = "12"; // part of the bundle's form: another level, other bytes

[[noreturn]] void fail(archive* a, const std::string& doing) {
    const char* text = archive_error_string(a);
    ArchiveError error(
        fmt::format("cannot {}: {}", doing, text == nullptr ? "unknown reason" : text));
    static_cast<Error&&>(error).remedy("make the archive anew");
    throw error;
}

using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

std::string text_of(const char* text) {
    return text == nullptr ? "" : text;
}

std::string kind_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) != nullptr)
        return "a hard link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return "a regular file";
    case AE_IFDIR:
        return "a folder";
    case AE_IFLNK:
        return "a symbolic link";
    case AE_IFBLK:
    case AE_IFCHR:
        return "a device";
    case AE_IFIFO:
        return "a pipe";
    case AE_IFSOCK:
        return "a socket";
    default:
        return "an entry of an unknown kind";
    }
}

ArchiveEntry::Type type_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) != nullptr)
        return ArchiveEntry::Type::other;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return ArchiveEntry::Type::regular;
    case AE_IFDIR:
        return ArchiveEntry::Type::directory;
    case AE_IFLNK:
        return ArchiveEntry::Type::symlink;
    default:
        return ArchiveEntry::Type::other;
    }
}

} // namespace

struct ArchiveWriter::State {
    ByteSink sink;
    std::exception_ptr thrown; // an exception must not pass through the C library
    std::unique_ptr<archive, decltype(&archive_write_free)> handle{archive_write_new(),
                                                                   &archive_write_free};
    std::vector<char> buffer = std::vector<char>(block_size);

    static la_ssize_t write(archive*, void* self, const void* bytes, std::size_t count) {
        auto& state = *static_cast<State*>(self);
        try {
            state.sink({static_cast<const char*>(bytes), count});
            return static_cast<la_ssize_t>(count);
        } catch (...) {
            state.thrown = std::current_exception();
            return -1;
        }
    }

    void must(int result, const std::string& doing) {
        if (thrown)
            std::rethrow_exception(std::exchange(thrown, nullptr));
        if (result != ARCHIVE_OK)
            fail(handle.get(), doing);
    }
};

ArchiveWriter::ArchiveWriter(ByteSink sink) : state_(std::make_unique<State>()) {
    state_->sink = std::move(sink);
    archive* a = state_->handle.get();
    state_->must(archive_write_set_format_pax_restricted(a), "write tar");
    state_->must(archive_write_add_filter_zstd(a), "compress by zstd");
    state_->must(archive_write_set_filter_option(a, "zstd", "compression-level", zstd_level),
                 "compress by zstd");
    state_->must(archive_write_set_bytes_in_last_block(a, 1), "write tar");
    state_->must(archive_write_open(a, state_.get(), nullptr, &State::write, nullptr), "write tar");
}

ArchiveWriter::~ArchiveWriter() {
    // Closing would write to the sink, which may be gone.
    archive_write_fail(state_->handle.get());
}

void ArchiveWriter::add(const ArchiveEntry& from, const ByteSource& content) {
    archive* a = state_->handle.get();
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), from.path.c_str());
    // Its type differs by system.
    archive_entry_set_perm(entry.get(),
                           static_cast<decltype(archive_entry_perm(nullptr))>(from.mode));
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    switch (from.type) {
    case ArchiveEntry::Type::regular:
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        break;
    case ArchiveEntry::Type::directory:
        archive_entry_set_filetype(entry.get(), AE_IFDIR);
        break;
    case ArchiveEntry::Type::symlink:
        archive_entry_set_filetype(entry.get(), AE_IFLNK);
        archive_entry_set_symlink(entry.get(), from.target.c_str());
        break;
    case ArchiveEntry::Type::other:
        throw Error(fmt::format("{} is {}; expected a file, folder or link", from.path, from.kind))
            .remedy(fmt::format("remove {}", from.path));
    }
    const std::uint64_t size = from.type == ArchiveEntry::Type::regular ? from.size : 0;
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    state_->must(archive_write_header(a, entry.get()), "write " + from.path);
    std::uint64_t written = 0;
    while (size > 0) {
        const std::size_t count = content(state_->buffer.data(), state_->buffer.size());
        if (written + count > size || (count == 0 && written < size))
            throw Error(fmt::format("{} changed while it was read: found {} than {} bytes",
                                    from.path, count == 0 ? "fewer" : "more", size))
                .remedy("run the command again when nothing writes to it");
        if (count == 0)
            break;
        const la_ssize_t taken = archive_write_data(a, state_->buffer.data(), count);
        state_->must(taken == static_cast<la_ssize_t>(count) ? ARCHIVE_OK : ARCHIVE_FATAL,
                     "write " + from.path);
        written += count;
    }
}

void ArchiveWriter::finish() {
    state_->must(archive_write_close(state_->handle.get()), "finish the archive");
}

struct ArchiveReader::State {
    ByteSource source;
    std::exception_ptr thrown;
    std::vector<char> input = std::vector<char>(block_size);
    std::vector<char> output = std::vector<char>(block_size);
    std::unique_ptr<archive, decltype(&archive_read_free)> handle{archive_read_new(),
                                                                  &archive_read_free};

    static la_ssize_t read(archive*, void* self, const void** bytes) {
        auto& state = *static_cast<State*>(self);
        try {
            *bytes = state.input.data();
            return static_cast<la_ssize_t>(state.source(state.input.data(), state.input.size()));
        } catch (...) {
            state.thrown = std::current_exception();
            return -1;
        }
    }

    void must(bool good, const std::string& doing) {
        if (thrown)
            std::rethrow_exception(std::exchange(thrown, nullptr));
        if (!good)
            fail(handle.get(), doing);
    }
};

ArchiveReader::ArchiveReader(ByteSource source) : state_(std::make_unique<State>()) {
    state_->source = std::move(source);
    archive* a = state_->handle.get();
    state_->must(archive_read_support_filter_zstd(a) == ARCHIVE_OK, "read zstd");
    state_->must(archive_read_support_format_tar(a) == ARCHIVE_OK, "read tar");
    state_->must(archive_read_open(a, state_.get(), nullptr, &State::read, nullptr) == ARCHIVE_OK,
                 "read the archive");
}

ArchiveReader::~ArchiveReader() = default;

std::optional<ArchiveEntry> ArchiveReader::next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(state_->handle.get(), &entry);
    state_->must(result == ARCHIVE_OK || result == ARCHIVE_EOF, "read the archive");
    if (result == ARCHIVE_EOF)
        return std::nullopt;
    ArchiveEntry found;
    found.path = text_of(archive_entry_pathname(entry));
    found.type = type_of(entry);
    found.mode = archive_entry_perm(entry);
    found.size = static_cast<std::uint64_t>(archive_entry_size(entry));
    found.target = text_of(archive_entry_symlink(entry));
    found.kind = kind_of(entry);
    // tar marks folders by a slash as well; here a path has one spelling.
    if (found.type == ArchiveEntry::Type::directory && found.path.size() > 1 &&
        found.path.back() == '/')
        found.path.pop_back();
    return found;
}

std::string_view ArchiveReader::block() {
    const la_ssize_t got =
        archive_read_data(state_->handle.get(), state_->output.data(), state_->output.size());
    state_->must(got >= 0, "read the archive");
    return {state_->output.data(), static_cast<std::size_t>(got)};
}

} // namespace locum::platform
