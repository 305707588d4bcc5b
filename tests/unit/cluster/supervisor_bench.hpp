#pragma once
// A supervisor and the services it is given.

#include "cluster/supervisor.hpp"
#include "tests/support/child.hpp"

#include <memory>
#include <mutex>

namespace locum::testing {

// What the gate says; empty: services may start.
struct Gate {
    std::mutex mutex;
    std::string reason;

    void says(const std::string& text) {
        std::lock_guard lock(mutex);
        reason = text;
    }
    cluster::StartGate gate() {
        return [this](const cluster::ServiceSpec&) -> std::optional<std::string> {
            std::lock_guard lock(mutex);
            return reason.empty() ? std::nullopt : std::optional(reason);
        };
    }
};

struct Bench {
    Scratch folder;
    Gate gate;
    std::unique_ptr<cluster::Supervisor> supervisor = make();

    std::unique_ptr<cluster::Supervisor> make() {
        return std::make_unique<cluster::Supervisor>(folder / "services", gate.gate());
    }
    // No service outlives a test, and none is left in the middle of a stop.
    ~Bench() {
        gate.says("the test is over");
        if (!supervisor)
            supervisor = make();
        for (const cluster::ServiceState& state : supervisor->states())
            supervisor->stop(state.spec.name);
    }

    // Of the program that does what its words say.
    cluster::ServiceSpec spec(const std::vector<std::string>& words,
                              const std::string& name = "server") const {
        cluster::ServiceSpec made;
        made.name = name;
        made.component = "server";
        made.version = "1.0";
        made.argv = child(words);
        made.environment = {{"WORD", "from the spec"}};
        made.log_file = folder / (name + ".log");
        made.stop_timeout = std::chrono::seconds(5);
        return made;
    }
    cluster::ServiceSpec sleeper(const std::string& name = "server") const {
        return spec({"sleep", "1000000"}, name);
    }

    cluster::ServiceState state(const std::string& name = "server") {
        for (cluster::ServiceState& state : supervisor->states())
            if (state.spec.name == name)
                return std::move(state);
        return {};
    }
    bool becomes(cluster::ServiceStatus status,
                 std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        return within(limit, [&] { return state().status == status; });
    }
    // Until another process runs than before; 0 where none does in time.
    std::int64_t pid_other_than(std::int64_t before) {
        std::int64_t found = 0;
        within(std::chrono::seconds(5), [&] {
            const cluster::ServiceState now = state();
            found =
                now.status == cluster::ServiceStatus::running && now.pid != before ? now.pid : 0;
            return found != 0;
        });
        return found;
    }
    std::string log(const std::string& name = "server") const {
        const std::string file = folder / (name + ".log");
        return platform::exists(file) ? plain_lines(platform::read_file(file)) : "";
    }
};

// Ends the service's process as a crash would.
inline void kill_hard(const Bench& bench, const std::string& name = "server") {
    const auto process =
        platform::recorded(bench.folder / ("services/" + name + ".record"), child({})[0]);
    REQUIRE(process);
    platform::send_signal(*process, "KILL");
    REQUIRE(within(std::chrono::seconds(5), [&] { return !platform::alive(*process); }));
}

} // namespace locum::testing
