#pragma once
// A host below a folder of its own, and the log of a run there.

#include "cli/run_log.hpp"
#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

namespace locum::testing {

struct LoggingHost {
    Scratch root;
    cluster::Layout layout{root.path(), "small"};
    std::vector<std::string> warnings;
    cli::RunLog log{layout, "upgrade run",
                    [this](const std::string& warning) { warnings.push_back(warning); }};
    cli::Common common;

    LoggingHost() {
        common.root = root.path();
        common.quiet = true;
    }
    void make_folder() const { platform::make_folders(layout.logs()); }
};

} // namespace locum::testing
