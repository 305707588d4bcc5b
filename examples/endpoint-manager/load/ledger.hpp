#pragma once
// What was written to one profile, and whether what is read from it can be right. Values are
// numbers that grow by one with each write; one client only writes a profile, so their order is
// total.

#include "examples/common/load/instant.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace endpoint::load {

using example::load::Instant;

// What the answer to a read says of itself.
struct Source {
    Instant started;                         // before the request was sent
    Instant ended;                           // after the answer was there
    std::optional<std::int64_t> snapshot_ms; // of the copy it came from; none in normal mode
};

struct Judgement {
    std::string wrong;             // what is wrong with it; empty: right
    std::int64_t staleness_ms = 0; // update mode: for how long a newer value had been acknowledged
    bool stale = false;
};

struct Settlement {
    std::int64_t lost = 0; // acknowledged writes that are not there
    std::string wrong;     // what else is wrong at the end; empty: nothing
};

class Ledger {
public:
    // number and version: what the profile has at the start.
    Ledger(std::int64_t profile, std::int64_t number, std::int64_t version);

    // A write begins; the number to write. Each is followed by one of the next three.
    std::int64_t send(const Instant& at);
    // Text: the version answered does not fit the writes so far.
    std::string acknowledge(std::int64_t version, const Instant& at);
    void refuse(); // it was not done
    void forget(); // nobody knows whether it was, or will be

    Judgement judge(std::int64_t number, const Source& source) const;
    // What was read after the last write, from the productive database.
    Settlement settle(std::int64_t number, std::int64_t version) const;
    std::int64_t acknowledged() const;

private:
    enum class State { sent, acknowledged, refused, unknown };
    struct Write {
        std::int64_t sent_ns = 0;
        State state = State::sent;
    };
    struct Acknowledgement {
        std::int64_t number = 0;
        Instant at;
    };

    std::string version_problem(std::int64_t version) const;
    std::string never_current(std::int64_t number, std::int64_t ended_ns) const;
    const Write* write(std::int64_t number) const;

    const std::int64_t profile_;
    const std::int64_t first_number_;
    const std::int64_t first_version_;
    mutable std::mutex mutex_;
    std::vector<Write> writes_;                     // of the numbers after first_number_
    std::vector<Acknowledgement> acknowledgements_; // by number and by time
    std::int64_t unknown_ = 0;
};

} // namespace endpoint::load
