#include "platform/journal_file.hpp"
#include "tests/support/scratch.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace locum;
using namespace locum::platform;
using engine::Mark;
using engine::Record;
using testing::contains;
using testing::Scratch;

namespace {

const std::vector<Record> two = {
    {"op-1", 7, "node-1/stage", Mark::intent, "abc", "memo"},
    {"op-1", 7, "node-1/stage", Mark::done, "abc", std::string("a\0b", 3)},
};

// Writes beyond the limit fail, in part first: as on a full disk.
struct FileSizeLimit {
    rlimit before{};
    explicit FileSizeLimit(std::uint64_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit limit{bytes, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, SIG_DFL);
    }
};

} // namespace

TEST_CASE(
    "after a failed write the journal takes nothing more, the next process reads what is there") {
    Scratch scratch;
    const std::string file = scratch / "journal";
    JournalFile journal(file);
    journal.append(two[0]);
    {
        const FileSizeLimit full(read_file(file).size() + 11);
        const engine::Error first = testing::error_of([&] { journal.append(two[1]); });
        CHECK(contains(first.what(), "File too large"));
    }
    const engine::Error second = testing::error_of([&] { journal.append(two[1]); });
    CHECK(second.kind() == engine::Kind::needs_attention);
    CHECK(journal.all().size() == 1);
    CHECK(read_file(file).size() == engine::encode(two[0]).size() + 11);
    JournalFile again(file);
    CHECK(again.all() == std::vector<Record>{two[0]});
    CHECK(read_file(file) == engine::encode(two[0]));
}
