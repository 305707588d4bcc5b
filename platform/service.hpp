#pragma once
// Services of the host's service manager.
//
// Linux: systemd, told by systemctl, since its commands are the interface that administrators know
// and scripts rest on. A unit that Locum installs is in /usr/local/lib/systemd/system
// (systemd.unit(5): of the local installation), so that drop-ins of the administrator in /etc
// survive. A unit's text is its file's.
//
// Windows: the service control manager. A unit is a service, and its text a definition
// (platform/service_definition.hpp). Account and kind of start are not in it: they are set where
// the service is made, and whatever an administrator makes of them stays.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace locum::platform {

// systemd runs this host (sd_booted(3)). Windows: this process may make services.
bool service_manager_runs();
// The unit's name for this name of a service: "locum-agent-x.service", or as it is.
std::string service_unit_name(const std::string& service);
// The manager keeps what services write (service_unit_log()). Windows: false, so that each has a
// log file.
bool service_manager_keeps_logs();

struct ServiceUnitState {
    std::string active; // "active", "inactive", "failed", "activating", …
    std::string sub;    // "running", "auto-restart", …
    std::int64_t pid = 0;
    std::uint64_t restarts = 0; // by the manager itself, since it was started
};

// name: as service_unit_name() makes it. All throw Error with what systemctl or Windows said.
// Makes the unit what the text says where it differs. What runs goes on. Windows: a new service
// does not start at boot and runs as first_account; "": the system's own.
void install_service_unit(const std::string& name, const std::string& text,
                          const std::string& first_account = "");
// It starts at boot.
void enable_service_unit(const std::string& name);
// What runs goes on. Drop-ins of the administrator stay. Bears being run again after it was killed.
void remove_service_unit(const std::string& name);
// remove_service_unit() has nothing to do: there is neither its file nor, since that was removed,
// what the manager still knows of it, nor the empty folder.
bool service_unit_gone(const std::string& name);
bool service_unit_installed(const std::string& name);
// Of its file; "" where it is not installed.
std::string service_unit_text(const std::string& name);
// It is installed, and its text is this one, as far as the manager knows the settings (all of
// Windows do).
bool service_unit_is(const std::string& name, const std::string& text);
// "enabled", "disabled", "masked", …: whether it starts at boot. Windows: "manual" where it does
// not, but may be started.
std::string service_unit_enablement(const std::string& name);
// The account that it runs as, whatever it was made with; "" where it is not installed. Linux: "":
// its text says it.
std::string service_unit_account(const std::string& name);
void start_service_unit(const std::string& name);
// Also where it does not run, and where the manager has given it up.
void restart_service_unit(const std::string& name);
// A program as a unit of the manager for this once, with processes of its own: it goes on when the
// unit that asks for it is stopped or restarted. Its output is in the journal, or in the log file
// where the manager keeps no logs. Returns when it runs.
void start_transient_unit(const std::string& name, const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment,
                          const std::string& log_file);
// Waits until it ended; longest: how long it may take until the manager kills it. Windows: nobody
// kills it; throws Error with its process where it took longer, or hangs.
void stop_service_unit(const std::string& name,
                       std::chrono::milliseconds longest = std::chrono::minutes(2));
void reload_service_unit(const std::string& name);
// SIGKILL to all its processes, at once. Windows: to its process, which takes with it what it
// started as Companion; it is not started again for that.
void kill_service_unit(const std::string& name);
ServiceUnitState service_unit_state(const std::string& name);
// In the same order. One that the manager does not know is "inactive".
std::vector<ServiceUnitState> service_unit_states(const std::vector<std::string>& names);

struct ServiceTrouble {
    std::string found;
    std::string remedy;
    bool certain = true; // else it may go well
};
// What would keep a unit of this name from being installed, stopped or started, seen without
// changing anything: it is marked for deletion, it hangs while it stops, its account may not log on
// as a service. account: that it is to run as where it is not installed yet. Linux: none.
std::vector<ServiceTrouble> service_unit_troubles(const std::string& name,
                                                  const std::string& account);

// The last lines that its processes wrote, as text for people.
std::string service_unit_log(const std::string& name, unsigned lines);

} // namespace locum::platform
