#include "platform/journal_file.hpp"

#include "platform/files.hpp"
#include "platform/linux/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace locum::platform {

namespace {

constexpr std::uint64_t longest_journal = 256U << 20;

void require_synced(int descriptor, const std::string& file) {
    if (::fsync(descriptor) != 0)
        throw path_error("write to disk (fsync)", file, errno);
}

} // namespace

JournalFile::JournalFile(const std::string& file) : file_(file) {
    Descriptor descriptor = open_path("open the journal", file, O_RDWR | O_APPEND | O_CREAT, 0600);
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0)
        throw engine::Error(fmt::format("the journal {} is in use by another process", file),
                            engine::Kind::busy)
            .remedy(fmt::format("wait until it has ended; find it with: fuser -v {}", file));
    // Also where it was there: whoever made it may have ended before its name was on disk.
    sync_folder(parent_of(file));
    const std::string bytes = read_all(descriptor.get(), longest_journal, file);
    engine::Decoded decoded = engine::during(fmt::format("reading the journal {}", file),
                                             [&] { return engine::decode(bytes); });
    if (decoded.good_bytes < bytes.size()) {
        if (::ftruncate(descriptor.get(), static_cast<off_t>(decoded.good_bytes)) != 0)
            throw path_error("cut the torn end of", file, errno);
        require_synced(descriptor.get(), file);
    }
    records_ = std::move(decoded.records);
    descriptor_ = descriptor.release();
}

JournalFile::~JournalFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void JournalFile::append(const engine::Record& record) {
    if (descriptor_ < 0)
        throw engine::Error(
            fmt::format("the journal {} could not be written before, and what is on "
                        "disk is not known",
                        file_),
            engine::Kind::needs_attention)
            .remedy("check the disk, then start again: the journal is read anew");
    // Given up at the first failure: after a failed fsync a second one succeeds without having
    // written anything. The next process reads what is really there.
    Descriptor guard(std::exchange(descriptor_, -1));
    write_all(guard.get(), engine::encode(record), file_);
    require_synced(guard.get(), file_);
    records_.push_back(record);
    descriptor_ = guard.release();
}

std::vector<engine::Record> JournalFile::records(std::string_view operation) const {
    std::vector<engine::Record> some;
    for (const engine::Record& record : records_)
        if (record.operation == operation)
            some.push_back(record);
    return some;
}

} // namespace locum::platform
