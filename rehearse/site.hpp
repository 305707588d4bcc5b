#pragma once
// The throw-away folders of a rehearsal, and the end of all that runs from them.

#include "cluster/layout.hpp"
#include "platform/lock.hpp"
#include "rehearse/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::rehearse {

class Site {
public:
    // Makes a folder below `parent` (empty: TMPDIR, else /tmp), and a short one for sockets.
    explicit Site(const std::string& parent);
    // Ends what still runs, and removes the folders unless keep() was called.
    ~Site();
    // Ends and removes what rehearsals of this user's have left in the same parent that were
    // killed themselves. A line for each, for people; what could not be cleared is a warning.
    static std::vector<std::string> clear_abandoned(const std::string& parent);
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    const std::string& folder() const { return folder_; }
    std::string file(const std::string& name) const { return folder_ + "/" + name; }
    std::string run_folder(const std::string& node) const { return run_ + "/" + node; }
    cluster::Layout layout(const std::string& node, const std::string& suite) const;

    // Ends the agents and services of all nodes, by process id. Returns what would not end, and
    // what kept it from being known.
    std::vector<std::string> end_nodes(const std::string& suite);
    // The same of all suites, once; what is left is said on standard error.
    void end() noexcept;
    void keep();

    // The ends of the nodes' logs.
    std::vector<Excerpt> logs() const;

private:
    struct Abandoned;
    explicit Site(Abandoned&& found);

    std::string folder_;
    std::string run_;
    bool keep_ = false;
    bool ended_ = false;
    bool leave_ = false;                 // all as it is
    std::optional<platform::Lock> lock_; // goes with this process, whatever ends it
    std::vector<std::string> nodes() const;
    std::vector<std::string> end_all();
    void write_owned() const;
    void remove();
    static std::string clear_abandoned_site(const std::string& folder);
};

} // namespace locum::rehearse
