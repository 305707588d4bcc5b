#include "cluster/service_host.hpp"

#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "platform/companion.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/service_process.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::cluster {

using engine::Error;
using nlohmann::json;

namespace {

// The agent may be on its way, as at a boot or while it is exchanged.
constexpr std::chrono::seconds permit_limit{60};
constexpr std::chrono::milliseconds poll_interval{100};

// To its log.
void say(const std::string& what) {
    platform::to_stderr(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} locum: {}\n",
                                    fmt::gmtime(std::chrono::system_clock::now()), what));
}

ServicePermit await_permit(const std::string& folder, const std::string& service,
                           platform::StopSignals& signals) {
    const auto deadline = std::chrono::steady_clock::now() + permit_limit;
    for (;; std::this_thread::sleep_for(poll_interval)) {
        if (auto permit = permit_for(folder, service, platform::self().pid))
            return *permit;
        if (signals.arrived())
            return {0, "it was stopped before the agent let it start", {}};
        if (std::chrono::steady_clock::now() > deadline)
            throw Error(fmt::format("the agent does not say within {} s whether {} may start",
                                    permit_limit.count(), service),
                        engine::Kind::refused)
                .remedy("locum agent start");
    }
}

// How its program ended by itself, which no service is to do.
int failed(const std::string& service, const platform::Finished& finished) {
    const std::string how = finished.signal != 0 ? fmt::format("by signal {}", finished.signal)
                                                 : fmt::format("with code {}", finished.exit_code);
    say(fmt::format("{} ended by itself, {}", service, how));
    if (finished.signal != 0)
        return 128 + finished.signal;
    return finished.exit_code != 0 ? finished.exit_code : 1;
}

} // namespace

int run_service(const Layout& layout, const std::string& service,
                platform::ServiceProcess& process) {
    platform::StopSignals signals;
    const ServicePermit permit = await_permit(services_folder(layout), service, signals);
    if (!permit.refused.empty()) {
        say(fmt::format("{} is not started: {}", service, permit.refused));
        return 0;
    }
    // It was stopped after it failed, and before the manager started it again for that.
    if (process.after_failure() && !permit.record.wanted)
        return 0;
    const ServiceSpec& spec = permit.record.spec;
    platform::Command command;
    command.argv = spec.argv;
    command.environment = spec.environment;
    command.inherits = false;
    platform::Companion program(command, spec.log_file);
    process.is_up();
    for (;;) {
        if (const auto finished = program.ended(poll_interval))
            return failed(service, *finished);
        if (!signals.arrived())
            continue;
        if (program.end(spec.stop_timeout).timed_out)
            say(fmt::format("{} did not end within {} ms, and was killed", service,
                            spec.stop_timeout.count()));
        return 0;
    }
}

} // namespace locum::cluster
