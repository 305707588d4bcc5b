#pragma once
// What a rehearsal found, as values: one claim for each thing that was to hold.

#include "engine/error.hpp"
#include "upgrade/measured.hpp"
#include "upgrade/report.hpp"

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::rehearse {

enum class Outcome { passed, failed, skipped };
std::string_view name(Outcome outcome);

struct Claim {
    std::string id;   // "install/node-1"
    std::string says; // what is to hold: "node-1 is installed with 1.0"
    Outcome outcome = Outcome::skipped;
    std::string found = {};  // what was seen; of a failure, what was found and expected
    std::string remedy = {}; // of a failure; may be empty
    engine::Kind kind = engine::Kind::failed; // of a failure
    double seconds = 0;
};

// What the clients saw from before the upgrade until after it.
struct Clients {
    std::string what; // the command, or what was polled
    // Of polls.
    std::uint64_t asked = 0;
    std::uint64_t failed = 0;
    std::int64_t longest_gap_ms = 0; // between two right answers of the same front
    std::string first_failure;
    // Of a command.
    std::string ended;     // "exit code 0"
    std::string last_said; // its last lines
};

// The end of a log, of a rehearsal that failed.
struct Excerpt {
    std::string name; // relative to the rehearsal's folder
    std::string text;
};

struct Report {
    std::string locum; // its version
    std::string suite; // empty: no bundle could be read
    std::string from;
    std::string to;
    std::string mode; // that was asked for, or chosen
    std::string datasource;
    unsigned nodes = 0;
    std::string began; // UTC, as in RFC 3339
    double seconds = 0;
    std::string verdict; // upgrade::name(Way); empty: not come to
    std::vector<std::string> reasons;
    std::vector<Claim> claims; // in the order in which they were looked at
    upgrade::Report upgrade;
    std::optional<upgrade::Measured> measured; // nullopt: the upgrade was not come to
    std::optional<Clients> clients;
    std::vector<Excerpt> excerpts;
};

// Every claim holds.
bool passed(const Report& report);
// 0, or that of the first claim that does not hold.
int exit_code(const Report& report);
std::size_t count(const Report& report, Outcome outcome);

// The three forms of it. JSON: the fields of a document of the kind "rehearsal". JUnit: as
// tests/support/junit.xsd describes it. HTML: one page that needs nothing else.
nlohmann::json json_of(const Report& report);
std::string junit_of(const Report& report);
std::string html_of(const Report& report);
// For the terminal: a line a claim, and what the answer is.
std::string text_of(const Report& report);

} // namespace locum::rehearse
