#pragma once
// What a rehearsal is asked for.

#include "datasource/connection.hpp"
#include "upgrade/verdict.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::rehearse {

struct Options {
    // Each a bundle, or a suite's source (its suite.toml, or the folder with it); both of one sort.
    std::string before;
    std::string after;
    std::string key; // public key of the bundles: a file, or 64 hex digits; none for sources
    unsigned nodes = 3;
    std::optional<upgrade::UpgradeMode> mode; // nullopt: as `upgrade run` chooses
    // nullopt: PostgreSQL where the suite has migrations for it, else the embedded one.
    std::optional<datasource::Kind> datasource;
    // A dump of a database of the old version, or a command that fills one; empty: what the old
    // version's migrations make.
    std::string database;
    // Root of an installation of the suite, "/" for the host's own, whose productive database is
    // copied; empty: none.
    std::string from_productive;
    std::string load;   // a command; empty: the suite's probes are polled
    std::string folder; // that the throw-away folders are made in; empty: the system's
    std::string address = "127.0.0.2";       // of the first node; the others have the next ones
    bool keep = false;                       // the folders
    std::vector<std::string> ignored;        // findings of preflight that are to be warnings
    std::vector<std::string> may_lose_rows;  // tables
    std::chrono::milliseconds lead{2000};    // how long the load runs before and after the upgrade
    std::chrono::milliseconds grace{30'000}; // how long a load has to end
    std::string program;                     // Locum's, which the agents run from
};

// Throws Error(usage) for what can be told wrong without looking at anything.
void check(const Options& options);

} // namespace locum::rehearse
