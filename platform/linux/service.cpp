#include "platform/service.hpp"

#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"

#include <charconv>
#include <fmt/format.h>
#include <map>
#include <sstream>

namespace locum::platform {

namespace {

constexpr const char* unit_folder = "/usr/local/lib/systemd/system";
constexpr std::chrono::milliseconds job_limit{120'000}; // systemd's own limit of a start is shorter

std::string unit_file(const std::string& name) {
    return fmt::format("{}/{}", unit_folder, name);
}

// systemctl's verbs wait until the manager has done its job.
std::string systemctl(const std::vector<std::string>& arguments,
                      std::chrono::milliseconds limit = job_limit) {
    Command command;
    command.argv = {"systemctl", "--no-ask-password", "--no-pager"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.time_limit = limit;
    const Finished finished = run(command);
    if (const std::string why = fault(finished, "", limit); !why.empty()) {
        const std::string unit = arguments.back();
        throw engine::Error(
            fmt::format("systemctl {} {}: {}", arguments.front(), why, readable(finished.errors)))
            .remedy(fmt::format("systemctl status {0}; journalctl -u {0}", unit));
    }
    return finished.output;
}

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

bool service_manager_runs() {
    return exists("/run/systemd/system");
}

std::string service_unit_name(const std::string& service) {
    return service + ".service";
}

bool service_manager_keeps_logs() {
    return true;
}

void install_service_unit(const std::string& name, const std::string& text, const std::string&) {
    const std::string file = unit_file(name);
    const bool differs = !exists(file) || read_file(file) != text;
    if (differs) {
        make_folders(unit_folder);
        write_file(file, text, 0644);
    }
    // Also where it was written by somebody who was killed right after.
    if (differs || systemctl({"show", "--value", "--property=NeedDaemonReload", name}) == "yes\n")
        systemctl({"daemon-reload"});
}

void enable_service_unit(const std::string& name) {
    systemctl({"--quiet", "enable", name});
}

void remove_service_unit(const std::string& name) {
    if (service_unit_installed(name)) {
        systemctl({"--quiet", "disable", name});
        remove_all(unit_file(name));
        engine::failpoint("unit/removed");
    }
    // The rest also where its file is gone: whoever removed it may have been killed right after.
    remove_if_empty({unit_folder, parent_of(unit_folder)}); // no system has them by itself
    systemctl({"daemon-reload"});
    // One that failed is listed until it is forgotten; of one that did not the manager knows none.
    Command forget;
    forget.argv = {"systemctl", "reset-failed", name};
    run(forget);
}

bool service_unit_gone(const std::string& name) {
    return !service_unit_installed(name) &&
           !(exists(unit_folder) && list_folder(unit_folder).empty()) &&
           systemctl({"show", "--property=LoadState,ActiveState", name}) ==
               "LoadState=not-found\nActiveState=inactive\n";
}

bool service_unit_installed(const std::string& name) {
    return exists(unit_file(name));
}

std::string service_unit_text(const std::string& name) {
    return service_unit_installed(name) ? read_file(unit_file(name)) : "";
}

bool service_unit_is(const std::string& name, const std::string& text) {
    return service_unit_installed(name) && service_unit_text(name) == text;
}

std::vector<ServiceTrouble> service_unit_troubles(const std::string&, const std::string&) {
    return {};
}

std::string service_unit_account(const std::string&) {
    return "";
}

std::string service_unit_enablement(const std::string& name) {
    Command command;
    command.argv = {"systemctl", "is-enabled",
                    name}; // not by its exit code, which says one word less
    const std::vector<std::string> words = lines(run(command).output);
    return words.empty() ? "not-found" : words.front();
}

void start_service_unit(const std::string& name) {
    systemctl({"start", name});
}

void restart_service_unit(const std::string& name) {
    systemctl({"restart", name});
}

void start_transient_unit(const std::string& name, const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment,
                          const std::string&) {
    Command command;
    command.argv = {"systemd-run", "--quiet", "--collect", "--property=Type=exec",
                    "--unit=" + name};
    for (const auto& [variable, value] : environment)
        command.argv.push_back(fmt::format("--setenv={}={}", variable, value));
    command.argv.push_back("--");
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    run_checked(command);
}

void stop_service_unit(const std::string& name, std::chrono::milliseconds longest) {
    systemctl({"stop", name}, longest + job_limit);
}

void reload_service_unit(const std::string& name) {
    systemctl({"reload", name});
}

void kill_service_unit(const std::string& name) {
    if (service_unit_state(name).active != "inactive")
        systemctl({"kill", "--signal=KILL", name});
}

ServiceUnitState service_unit_state(const std::string& name) {
    return service_unit_states({name}).front();
}

std::vector<ServiceUnitState> service_unit_states(const std::vector<std::string>& names) {
    std::vector<ServiceUnitState> states(names.size());
    if (names.empty())
        return states;
    std::vector<std::string> arguments = {"show",
                                          "--property=Id,ActiveState,SubState,MainPID,NRestarts"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    // A unit's lines begin with any of its properties, and are parted from the next one's by an
    // empty line.
    std::map<std::string, ServiceUnitState> found;
    std::map<std::string, std::string> values;
    const auto take = [&] {
        if (!values.empty())
            found[values["Id"]] = {values["ActiveState"], values["SubState"],
                                   static_cast<std::int64_t>(number(values["MainPID"])),
                                   number(values["NRestarts"])};
        values.clear();
    };
    std::istringstream output(systemctl(arguments));
    for (std::string line; std::getline(output, line);) {
        if (line.empty())
            take();
        else if (const std::size_t equals = line.find('='); equals != std::string::npos)
            values[line.substr(0, equals)] = line.substr(equals + 1);
    }
    take();
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto state = found.find(names[i]);
        if (state == found.end())
            throw engine::Error(fmt::format("systemctl show says nothing of {}", names[i]))
                .remedy("systemctl status " + names[i]);
        states[i] = state->second;
    }
    return states;
}

std::string service_unit_log(const std::string& name, unsigned lines) {
    Command command;
    command.argv = {"journalctl",           "--no-pager", "--quiet",
                    "--output=cat",         "--lines",    std::to_string(lines),
                    "_SYSTEMD_UNIT=" + name};
    const Finished finished = run(command);
    return finished.ok() ? readable(finished.output) : "";
}

} // namespace locum::platform
