#pragma once
// The endpoint manager without Locum's installer: a database, servers, and the load.

#include "datasource/connection.hpp"
#include "examples/endpoint-manager/load/http_client.hpp"
#include "suite/template.hpp"
#include "tests/integration/endpoint-manager/process.hpp"
#include "tests/support/port.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace endpoint::testing {

using locum::testing::free_port;

// With sanitizers everything is several times slower, so what is promised in time gets more of it.
#ifdef __SANITIZE_ADDRESS__
inline constexpr int slowness = 10;
#else
inline constexpr int slowness = 1;
#endif
// A server that was told to stop ends within a second, whatever it must cut off for that. This is
// for a machine that is busy.
inline constexpr std::chrono::seconds stop_limit{10};
inline constexpr std::int64_t least_requests_a_second = 200 / slowness;

// Of the suite's source, below examples/endpoint-manager.
std::string source(const std::string& path);
std::string program(const std::string& name); // that the build made

// Brings the database from schema `from` ("" for none) to `to`, as Locum does.
void migrate(locum::datasource::Connection& connection, const locum::datasource::Settings& settings,
             const std::string& from, const std::string& to);

struct Node {
    std::string name;
    load::Front front;
    Process process;
};

struct LoadResult {
    int exit_code = 0;
    std::shared_ptr<const nlohmann::json> figures;
    std::string errors;
    std::int64_t operator[](const char* figure) const;
};

class Suite {
public:
    Suite();
    ~Suite();
    Suite(const Suite&) = delete;
    Suite& operator=(const Suite&) = delete;

    const std::string& folder() const { return folder_; }
    // An SQLite database of schema 1.0 below the folder.
    locum::datasource::Settings make_sqlite(const std::string& name = "suite.db") const;

    // Writes the configuration from the suite's template and starts a server; returns when it
    // answers its probe. snapshot_ms 0: normal mode.
    Node start(const std::string& name, const std::string& version,
               const locum::datasource::Settings& settings, std::int64_t snapshot_ms = 0);
    // The same without waiting, for a server that is to refuse.
    Process launch(const std::string& name, const std::string& version,
                   const locum::datasource::Settings& settings, std::int64_t snapshot_ms,
                   const load::Front& front);
    Process launch_load(const std::vector<load::Front>& fronts,
                        const std::vector<std::string>& options = {});
    LoadResult finish(Process& load); // tells it to stop, and waits
    LoadResult run_load(const std::vector<load::Front>& fronts, int seconds);

private:
    std::string folder_;
    int loads_ = 0;
    std::string stop_file_;
    std::string out_file_;
};

// Repeats until it is true; throws std::runtime_error, naming what, after ten seconds.
void await(const std::string& what, const std::function<bool()>& condition);

} // namespace endpoint::testing
