#pragma once
// The throw-away folders of a rehearsal, and the end of all that runs from them.

#include "cluster/layout.hpp"
#include "rehearse/report.hpp"

#include <string>
#include <vector>

namespace locum::rehearse {

class Site {
public:
    // Makes a folder below `parent` (empty: TMPDIR, else /tmp), and a short one for sockets.
    explicit Site(const std::string& parent);
    // Ends what still runs, and removes the folders unless keep() was called.
    ~Site();
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    const std::string& folder() const { return folder_; }
    std::string file(const std::string& name) const { return folder_ + "/" + name; }
    std::string run_folder(const std::string& node) const { return run_ + "/" + node; }
    cluster::Layout layout(const std::string& node, const std::string& suite) const;

    // Ends the agents and services of all nodes, by process id. Returns what would not end.
    std::vector<std::string> end_nodes(const std::string& suite);
    void keep() { keep_ = true; }

    // The ends of the nodes' logs.
    std::vector<Excerpt> logs() const;

private:
    std::string folder_;
    std::string run_;
    bool keep_ = false;
    std::vector<std::string> nodes() const;
};

} // namespace locum::rehearse
