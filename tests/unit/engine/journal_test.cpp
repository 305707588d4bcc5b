#include "engine/error.hpp"
#include "engine/journal.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using engine::Mark;
using engine::Record;

namespace {

const std::vector<Record> some = {
    {"upgrade-1", 7, "node-1/drain", Mark::intent, std::string(64, 'a'), "memo"},
    {"upgrade-1", 0xfedcba9876543210, "node-1/drain", Mark::done, std::string(64, 'a'), ""},
    {"", 0, "", Mark::undone, "", std::string("with \0 and \n and \xff", 17)},
    {"install-2", 1, "files/folders", Mark::intent, "h", std::string(5000, 'x')},
};

std::string encoded(const std::vector<Record>& records) {
    std::string bytes;
    for (const Record& record : records)
        bytes += engine::encode(record);
    return bytes;
}

} // namespace

TEST_CASE("crc32c: the vectors of RFC 3720 B.4, and the usual check value") {
    CHECK(engine::crc32c("") == 0);
    CHECK(engine::crc32c("123456789") == 0xe3069283);
    CHECK(engine::crc32c(std::string(32, '\0')) == 0x8a9136aa);
    CHECK(engine::crc32c(std::string(32, '\xff')) == 0x62a8ab43);
    std::string rising, falling;
    for (int i = 0; i < 32; ++i) {
        rising += static_cast<char>(i);
        falling += static_cast<char>(31 - i);
    }
    CHECK(engine::crc32c(rising) == 0x46dd794e);
    CHECK(engine::crc32c(falling) == 0x113fdb5c);
}

TEST_CASE("journal: records come back as they were written") {
    const engine::Decoded decoded = engine::decode(encoded(some));
    CHECK(decoded.records == some);
    CHECK(decoded.good_bytes == encoded(some).size());
    CHECK(engine::decode("").records.empty());
}

TEST_CASE("journal: length and checksum are little endian, before the payload") {
    const std::string bytes = engine::encode(some[0]);
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t length =
        at(0) | at(1) << 8 | at(2) << 16 | static_cast<std::size_t>(at(3)) << 24;
    CHECK(length == bytes.size() - 8);
    const std::uint32_t sum = engine::crc32c(std::string_view(bytes).substr(8));
    CHECK((at(4) | at(5) << 8 | at(6) << 16 | static_cast<std::uint32_t>(at(7)) << 24) == sum);
}

TEST_CASE("journal: torn at any byte, the whole records before it are there") {
    const std::string bytes = encoded(some);
    std::size_t whole = 0;
    std::size_t end = engine::encode(some[0]).size();
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        if (size == end && ++whole < some.size())
            end += engine::encode(some[whole]).size();
        const engine::Decoded decoded = engine::decode(bytes.substr(0, size));
        REQUIRE(decoded.records.size() == whole);
        REQUIRE(decoded.good_bytes ==
                encoded({some.begin(), some.begin() + static_cast<long>(whole)}).size());
    }
    CHECK(whole == some.size());
}

TEST_CASE("journal: a tail of zeros, as a file system leaves it after a power cut, is torn") {
    for (std::size_t zeros : {1, 8, 9, 4096}) {
        const engine::Decoded decoded = engine::decode(encoded(some) + std::string(zeros, '\0'));
        CHECK(decoded.records == some);
        CHECK(decoded.good_bytes == encoded(some).size());
    }
}

TEST_CASE("journal: any byte flipped before the last record is found, with its record's offset") {
    const std::vector<Record> three(some.begin(), some.begin() + 3);
    const std::string bytes = encoded(three);
    const std::size_t second = engine::encode(three[0]).size();
    const std::size_t third = bytes.size() - engine::encode(three[2]).size();
    for (std::size_t at = 0; at < third; ++at) {
        CAPTURE(at);
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
        const engine::Error error = testing::error_of([&] { engine::decode(flipped); });
        REQUIRE(error.kind() == engine::Kind::needs_attention);
        const std::string offset = std::to_string(at < second ? 0 : second);
        REQUIRE(testing::contains(error.what(), "damaged at byte " + offset + ":"));
        REQUIRE(!error.remedy().empty());
    }
    for (std::size_t at = third; at < bytes.size(); ++at) {
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
        const engine::Decoded decoded = engine::decode(flipped);
        REQUIRE(decoded.records.size() == 2);
        REQUIRE(decoded.good_bytes == third);
    }
}

TEST_CASE("journal: a record with a right checksum and a wrong payload is no record") {
    std::string payload = engine::encode(some[0]).substr(8);
    payload[0] = 9; // no such mark
    const std::uint32_t sum = engine::crc32c(payload);
    std::string bytes = engine::encode(some[0]).substr(0, 4);
    for (unsigned shift = 0; shift < 32; shift += 8)
        bytes += static_cast<char>(sum >> shift & 0xff);
    CHECK(engine::decode(bytes + payload).records.empty());
}

TEST_CASE("journal: where a step stands") {
    const auto record = [](const char* step, Mark mark, const char* text) {
        return Record{"o", 1, step, mark, "", text};
    };
    const auto states = engine::states({
        record("a", Mark::intent, "memo a"),
        record("a", Mark::done, "result a"),
        record("b", Mark::intent, "memo b"),
        record("c", Mark::intent, "first"),
        record("c", Mark::undone, ""),
        record("c", Mark::intent, "second"),
        record("d", Mark::intent, ""),
        record("d", Mark::done, ""),
        record("d", Mark::undone, ""),
    });
    CHECK(states.size() == 4);
    CHECK((states.at("a").begun && states.at("a").done));
    CHECK(states.at("a").memo == "memo a");
    CHECK(states.at("a").result == "result a");
    CHECK((states.at("b").begun && !states.at("b").done));
    CHECK((states.at("c").begun && !states.at("c").done));
    CHECK(states.at("c").memo == "second");
    CHECK(states.at("c").attempt == 1);
    CHECK((!states.at("d").begun && !states.at("d").done));
    CHECK(states.at("d").attempt == 1);
}

TEST_CASE("journal: the records of one operation only, in their order") {
    engine::MemoryJournal journal;
    for (const Record& record : some)
        journal.append(record);
    CHECK(journal.records("upgrade-1") == std::vector<Record>{some[0], some[1]});
    CHECK(journal.records("other").empty());
}
