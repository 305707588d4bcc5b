#pragma once
// Within rehearse/ only: a rehearsal under way. Each function is what one claim looks at: it
// returns what was seen, and throws Error where the claim does not hold.

#include "engine/reporter.hpp"
#include "rehearse/casting.hpp"
#include "rehearse/load.hpp"
#include "rehearse/options.hpp"
#include "rehearse/postgresql.hpp"
#include "rehearse/report.hpp"
#include "rehearse/site.hpp"
#include "rehearse/versions.hpp"
#include "upgrade/measured.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace locum::rehearse {

class Scene {
public:
    Scene(const Options& options, const std::function<bool()>& cancelled,
          engine::Reporter& reporter);
    ~Scene(); // ends all that was started

    std::string read_bundles(Report& report);
    // For the plan of the productive upgrade.
    std::string keep_measured(const Report& report);
    std::string make_database();
    std::string install(const NodePart& node);
    std::string fill();
    std::string start_load();
    std::string plan(Report& report);
    std::string upgrade(Report& report);
    std::string end_load(Report& report);
    std::string check_schema();
    std::string check_rows();
    std::string check_node(const NodePart& node);

    const std::vector<NodePart>& nodes() const { return nodes_; }
    bool load_runs() const { return load_ != nullptr; }
    Site& site() { return site_; }
    const Versions& versions() const { return *versions_; }
    // Ends all nodes; throws Error(needs_attention) naming what would not end.
    std::string clear();

private:
    const Options& options_;
    const std::function<bool()>& cancelled_;
    engine::Reporter& reporter_;
    Site site_;
    std::optional<Versions> versions_;
    std::vector<NodePart> nodes_;
    datasource::Kind kind_ = datasource::Kind::sqlite;
    std::unique_ptr<Postgresql> postgresql_;
    bool dump_loaded_ = false;
    std::optional<std::uint64_t> productive_bytes_; // of the database that was copied
    std::unique_ptr<Load> load_;
    std::map<std::string, std::int64_t> rows_;
    std::optional<std::chrono::milliseconds> outage_; // of a downtime that was asked for

    cluster::Layout layout(const std::string& node) const;
    datasource::Settings settings() const;
    cluster::Layout productive() const;
    upgrade::Space space(std::uint64_t before) const;
    datasource::Settings require_copy_possible() const;
    std::string copy_productive(const datasource::Settings& from, const datasource::Settings& to);
    std::string answers(const NodePart& node) const;
    std::map<std::string, std::string> environment() const;
    std::vector<cluster::ProbeTarget> polled() const;
    void require_not_cancelled() const;
};

} // namespace locum::rehearse
