#include "platform/journal_file.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using engine::Mark;
using engine::Record;
using testing::contains;
using testing::Scratch;

namespace {

const std::vector<Record> three = {
    {"op-1", 7, "node-1/stage", Mark::intent, "abc", "memo"},
    {"op-1", 7, "node-1/stage", Mark::done, "abc", std::string("a\0b", 3)},
    {"op-2", 0, "node-2/drain", Mark::intent, "", ""},
};

std::string write_three(const std::string& file) {
    JournalFile journal(file);
    for (const Record& record : three)
        journal.append(record);
    return read_file(file);
}

} // namespace

TEST_CASE("records are kept over processes, in order, and told by operation") {
    Scratch scratch;
    const std::string file = scratch / "journal";
    write_three(file);
    const JournalFile journal(file);
    CHECK(journal.all() == three);
    CHECK(journal.records("op-1").size() == 2);
    CHECK(journal.records("op-2") == std::vector<Record>{three[2]});
    CHECK(journal.records("op-3").empty());
    CHECK(has_mode(look_at(file).value().mode, 0600));
}

TEST_CASE("a tail torn at any byte is cut off, and the journal goes on behind it") {
    Scratch scratch;
    const std::string file = scratch / "journal";
    const std::string whole = write_three(file);
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        write_file(file, whole.substr(0, length), 0600);
        std::size_t kept = 0;
        {
            JournalFile journal(file);
            const std::vector<Record> records = journal.all();
            kept = records.size();
            REQUIRE(kept <= 3);
            REQUIRE(std::equal(records.begin(), records.end(), three.begin()));
            std::size_t bytes = 0;
            for (const Record& record : records)
                bytes += engine::encode(record).size();
            REQUIRE(read_file(file).size() == bytes);
            REQUIRE((kept == 3 || length < bytes + engine::encode(three[kept]).size()));
            journal.append(three[2]);
        }
        const JournalFile again(file);
        REQUIRE(again.all().size() == kept + 1);
        REQUIRE(again.all().back() == three[2]);
    }
}

TEST_CASE("a flipped byte before the last record stops with the offset, nothing is changed") {
    Scratch scratch;
    const std::string file = scratch / "journal";
    const std::string whole = write_three(file);
    const std::size_t first = engine::encode(three[0]).size();
    const std::size_t second = first + engine::encode(three[1]).size();
    for (std::size_t at = 0; at < second; ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        write_file(file, damaged, 0600);
        const engine::Error error = testing::error_of([&] { JournalFile journal(file); });
        REQUIRE(error.kind() == engine::Kind::needs_attention);
        REQUIRE(contains(error.what(), "byte " + std::to_string(at < first ? 0 : first)));
        REQUIRE(contains(error.one_line(), file));
        REQUIRE(!error.remedy().empty());
        REQUIRE(read_file(file) == damaged);
    }
}

TEST_CASE("a flipped byte in the last record is a torn tail") {
    Scratch scratch;
    const std::string file = scratch / "journal";
    const std::string whole = write_three(file);
    for (std::size_t at = whole.size() - engine::encode(three[2]).size(); at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        write_file(file, damaged, 0600);
        REQUIRE(JournalFile(file).all().size() == 2);
    }
}

TEST_CASE("a journal has one writer at a time") {
    Scratch scratch;
    const JournalFile journal(scratch / "journal");
    const engine::Error error = testing::error_of([&] { JournalFile other(scratch / "journal"); });
    CHECK(error.kind() == engine::Kind::busy);
    CHECK(!error.remedy().empty());
}
