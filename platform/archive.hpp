#pragma once
// tar archives compressed by zstd, streamed both ways (libarchive).

#include "engine/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace locum::platform {

struct ArchiveEntry {
    enum class Type { regular, directory, symlink, other };
    std::string path;
    Type type = Type::regular;
    unsigned mode = 0644; // with setuid, setgid and sticky
    std::uint64_t size = 0;
    std::string target; // symlink
    std::string kind;   // in words: "a regular file", "a hard link", "a device"
};

// Up to `most` bytes; 0 at the end.
using ByteSource = std::function<std::size_t(char* into, std::size_t most)>;
using ByteSink = std::function<void(std::string_view)>;

// The same entries give the same bytes (with the same zstd): no times, owners or names of machines,
// one thread, one level. Paths must be ASCII.
class ArchiveWriter {
public:
    explicit ArchiveWriter(ByteSink sink);
    ~ArchiveWriter();
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;

    // content must give exactly entry.size bytes; it may be empty for what has none.
    void add(const ArchiveEntry& entry, const ByteSource& content);
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// What libarchive says of an archive that it cannot read or write.
class ArchiveError : public engine::Error {
public:
    using engine::Error::Error;
};

// Reads what anybody may have made. Throws ArchiveError for what is not such an archive, and passes
// on what the source throws.
class ArchiveReader {
public:
    explicit ArchiveReader(ByteSource source);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    // nullopt after the last entry.
    std::optional<ArchiveEntry> next();
    // The next block of the entry's content, valid until the next call; empty at its end.
    std::string_view block();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
