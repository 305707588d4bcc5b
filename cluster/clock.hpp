#pragma once
// How far the clocks of a cluster are apart, measured from one host, and what is to be said of it.

#include "cluster/peers.hpp"
#include "datasource/connection.hpp"
#include "engine/check.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::cluster {

// All clocks of a cluster are to be within this time of each other (R1.9).
inline constexpr std::chrono::seconds clock_limit{60};

// One question for another one's clock.
struct ClockSample {
    std::int64_t asked_ms = 0; // Unix time of this host when the question was sent
    std::chrono::microseconds round_trip{0};
    std::int64_t theirs_ms = 0; // Unix time in the answer
};
// How many ms the other clock is ahead: theirs less the middle of question and answer, of the
// sample with the shortest round trip. There is one sample at least.
std::int64_t ahead_ms(const std::vector<ClockSample>& samples);

struct Clock {
    std::string who; // a node's name, or its address where that is not known
    bool database = false;
    std::optional<std::int64_t> ahead_ms; // of the asker's; nullopt: it could not be asked
    std::string why_not;                  // then
};

// Asks them all at once, each several times. It needs no certificate, and works where clocks are
// too far apart for certificates. ca_pin: of the cluster. Whose name is "" gets the one that it
// tells.
std::vector<Clock> ask_clocks(const std::string& ca_pin, const std::vector<Address>& agents);
// nullopt: the engine has no clock of its own. Throws Error where it cannot be asked.
std::optional<std::int64_t> database_ahead_ms(datasource::Connection& database);
Clock database_clock(std::optional<std::int64_t> ahead_ms);

// What the verb `clock` answers: {"node", "now-ms"}.
std::string clock_answer(const Layout& layout);
// The pin to ask the clocks of this node's cluster by.
std::string own_ca_pin(const Layout& layout);

// Those that are further from the median of all than `limit`. Where there are only two, or no
// majority agrees, nobody can tell who is right: then all that are far from each other.
struct Deviation {
    std::string who;
    bool database = false;
    std::int64_t ms = 0; // ahead of the median; below 0: behind
};
std::vector<Deviation> deviations(const std::vector<Clock>& clocks,
                                  std::chrono::milliseconds limit);

// "clock" (strict) for a node, "clock-database" for the database's host, and a warning
// "clock-unknown" for one that could not be asked. clocks: the asker's own among them.
std::vector<engine::Finding> clock_findings(const std::vector<Clock>& clocks);
// For people: "node-2's clock is 45.0 s ahead", of those that are off by more than half of the
// limit.
std::vector<std::string> clock_warnings(const std::vector<Clock>& clocks);

} // namespace locum::cluster
