#include "datasource/fresh_file.hpp"

#include "datasource/copy.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <array>

namespace locum::datasource {
namespace {

// A -wal that stays beside a file that was put in the place of another is taken for the new one's:
// SQLite then serves the old content.
constexpr std::array<const char*, 3> companions{"-wal", "-shm", "-journal"};

} // namespace

void remove_copy(const std::string& file) {
    for (const char* companion : companions)
        platform::remove_all(file + companion);
    platform::remove_all(file);
}

FreshFile::FreshFile(const std::string& target) : target_(target), path_(target + ".new") {
    platform::make_own_folder(platform::parent_of(target), 0700);
    remove_copy(path_);
    platform::write_file(path_, "", 0600);
}

FreshFile::~FreshFile() {
    try {
        remove_copy(path_);
    } catch (const engine::Error&) {
        // The next run removes it first.
    }
}

std::uint64_t FreshFile::take_place() {
    platform::sync_file(path_);
    const std::uint64_t bytes = platform::look_at(path_).value().size;
    engine::failpoint("copy/rename/before");
    for (const char* companion : companions)
        platform::remove_all(target_ + companion);
    platform::rename_durably(path_, target_);
    return bytes;
}

} // namespace locum::datasource
