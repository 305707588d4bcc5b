#pragma once
// What was begun and done. The records are pure data; where they are kept is a Journal's matter
// (a host's file: platform/journal_file.hpp; the registry: cluster/registry).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::engine {

enum class Mark : std::uint8_t { intent = 1, done = 2, undone = 3 };

struct Record {
    std::string operation;   // id of the run of install, upgrade, …
    std::uint64_t epoch = 0; // of the lease; 0 where none is needed
    std::string step;
    Mark mark = Mark::intent;
    std::string input_hash; // SHA-256 (hex) of the operation's inputs
    std::string text;       // intent (also of an undo): the memo for undo; done: the result
    bool operator==(const Record&) const = default;
};

class Journal {
public:
    virtual ~Journal() = default;
    // Durable when it returns.
    virtual void append(const Record& record) = 0;
    // All records of the operation, in the order in which they were written.
    virtual std::vector<Record> records(std::string_view operation) const = 0;
};

// Kept in memory only, for tests.
class MemoryJournal final : public Journal {
public:
    void append(const Record& record) override { all.push_back(record); }
    std::vector<Record> records(std::string_view operation) const override;

    std::vector<Record> all;
};

// Where one step stands according to the journal.
struct StepState {
    bool begun = false;   // INTENT without UNDONE after it
    bool done = false;    // DONE without INTENT or UNDONE after it
    unsigned attempt = 0; // how often the step was begun anew after an UNDONE
    std::string memo;
    std::string result;
};

std::map<std::string, StepState, std::less<>> states(const std::vector<Record>& records);

// Binary form of a record: length u32 · CRC32C u32 · payload, little endian.
std::string encode(const Record& record);

struct Decoded {
    std::vector<Record> records;
    std::size_t good_bytes = 0; // where a torn tail begins; the size of the input if there is none
};
// A damaged or cut last record is a torn tail and is left out. Damage before a record that is
// whole throws Error(needs_attention) with the offset.
Decoded decode(std::string_view bytes);

std::uint32_t crc32c(std::string_view bytes); // Castagnoli polynomial, RFC 3720 appendix B.4

} // namespace locum::engine
