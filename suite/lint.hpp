#pragma once
// What is missing or doubtful in a vendor's suite, beyond what `bundle build` refuses.

#include "engine/check.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace locum::suite {

// One version of a suite as its vendor has it.
struct Source {
    std::string file; // the manifest, as messages call it
    std::string text; // of the manifest
    Manifest
        manifest; // the SQL of its migrations is filled in, but for host files that are not here
    std::map<std::string, std::string> texts;          // by path: templates, licence, SQL
    std::map<std::string, std::vector<File>> payloads; // by payload; without sizes and sums
    std::vector<std::string> writable;                 // files of payloads that anyone may write to
    std::map<std::string, std::string> missing_programs; // by system: the file that is not there
    std::set<std::string> missing_host_files;            // by name: not here, or another file
};

struct Spot {
    std::string file;
    unsigned line = 0; // 0: the file as a whole
};

// The same as hosts of the system see it (suite/systems.hpp); its payloads are by component.
Source for_system(const Source& source, const std::string& system);

// A note tells what is worth a thought, and is nobody's mistake; its finding is a warning.
struct Remark {
    Spot at;
    bool note = false;
    engine::Finding finding;
};

// The checks of one version. Migrations for SQLite are run in a scratch database; a schema from
// which it upgrades, and which it cannot make itself, is made by one of the older versions.
std::vector<Remark> lint(const Source& source, const std::vector<Source>& older);

// What an upgrade from one version to the next would stumble over.
std::vector<Remark> lint_neighbours(const Source& older, const Source& newer);

// Reads what the paths name, each a suite.toml or a folder with one or several suite*.toml, and
// makes all checks, in the order of the versions. What `bundle build` refuses is an error "build".
struct Linted {
    std::vector<std::string> suites; // "endpoint-manager 1.0"
    std::vector<std::string> unread; // files of manifests that say of no suite what it is
    std::vector<Remark> remarks;
};
Linted lint_paths(const std::vector<std::string>& paths);

} // namespace locum::suite
