#pragma once
// A command log and how often something ran.

#include "cluster/command_log.hpp"
#include "tests/support/scratch.hpp"

namespace locum::testing {

struct Log {
    Scratch folder;
    std::unique_ptr<cluster::CommandLog> log =
        std::make_unique<cluster::CommandLog>(folder / "commands");
    int runs = 0;

    std::string once(const std::string& command, std::uint64_t epoch,
                     const std::string& result = "result") {
        return log->once(command, "upgrade-1", epoch, [&] {
            ++runs;
            return result;
        });
    }
    void reopen() {
        log.reset();
        log = std::make_unique<cluster::CommandLog>(folder / "commands");
    }
};

} // namespace locum::testing
