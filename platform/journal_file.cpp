#include "platform/journal_file.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"

#include <fmt/format.h>
#include <utility>

namespace locum::platform {

namespace {

constexpr std::uint64_t longest_journal = 256U << 20;

} // namespace

JournalFile::JournalFile(const std::string& file) : file_(file) {
    OpenFile opened = OpenFile::open("open the journal", file, OpenFile::Use::update);
    if (!opened.lock())
        throw engine::Error(fmt::format("the journal {} is in use by another process", file),
                            engine::Kind::busy)
            .remedy(fmt::format("wait until it has ended; find it with: {}",
                                how_to_see_users_of(file)));
    // Also where it was there: whoever made it may have ended before its name was on disk.
    sync_folder(parent_of(file));
    const std::string bytes = opened.read_all(longest_journal);
    engine::Decoded decoded = engine::during(fmt::format("reading the journal {}", file),
                                             [&] { return engine::decode(bytes); });
    if (decoded.good_bytes < bytes.size()) {
        engine::during("cutting its torn end", [&] { opened.cut(decoded.good_bytes); });
        opened.sync();
    }
    records_ = std::move(decoded.records);
    open_ = std::move(opened);
}

JournalFile::~JournalFile() = default;

void JournalFile::append(const engine::Record& record) {
    if (!open_)
        throw engine::Error(
            fmt::format("the journal {} could not be written before, and what is on "
                        "disk is not known",
                        file_),
            engine::Kind::needs_attention)
            .remedy("check the disk, then start again: the journal is read anew");
    // Given up at the first failure: after a failed sync a second one succeeds without having
    // written anything. The next process reads what is really there.
    OpenFile guard = std::move(open_);
    guard.write(engine::encode(record));
    guard.sync();
    records_.push_back(record);
    open_ = std::move(guard);
}

std::vector<engine::Record> JournalFile::records(std::string_view operation) const {
    std::vector<engine::Record> some;
    for (const engine::Record& record : records_)
        if (record.operation == operation)
            some.push_back(record);
    return some;
}

} // namespace locum::platform
