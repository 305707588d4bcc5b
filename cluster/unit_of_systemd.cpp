// Directives: systemd.service(5), systemd.exec(5), systemd.resource-control(5), as of version 252.
#include "cluster/service_unit.hpp"

#include "cluster/embedded.hpp"
#include "platform/accounts.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::cluster {

namespace {

// Quoted for a value that systemd takes apart into words. '%' begins a specifier everywhere.
std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\')
            made += '\\';
        if (character == '%')
            made += '%';
        if (static_cast<unsigned char>(character) < ' ')
            made += fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
        else
            made += character;
    }
    return made + "\"";
}

std::string without_specifiers(const std::string& text) {
    std::string made;
    for (const char character : text)
        made += character == '%' ? std::string("%%") : std::string(1, character);
    return made;
}

std::string lines_of_limits(const suite::ServiceLimits& limits) {
    std::string text;
    if (limits.open_files != 0)
        text += fmt::format("LimitNOFILE={}\n", limits.open_files);
    if (limits.tasks != 0)
        text += fmt::format("TasksMax={}\n", limits.tasks);
    if (limits.memory_mb != 0)
        text += fmt::format("MemoryMax={}M\n", limits.memory_mb);
    return text;
}

// "CAP_NET_BIND_SERVICE".
std::string system_name(std::string capability) {
    for (char& character : capability)
        character = character == '-' ? '_' : static_cast<char>(std::toupper(character));
    return "CAP_" + capability;
}

std::string confinement(const ServiceSpec& spec) {
    const auto allows = [&](std::string_view what) {
        return std::find(spec.allows.begin(), spec.allows.end(), what) != spec.allows.end();
    };
    const bool root = platform::is_system_account(spec.account);
    std::string text;
    if (!allows("writable-code"))
        text += "MemoryDenyWriteExecute=yes\n";
    if (!allows("devices"))
        text += "PrivateDevices=yes\n";
    if (!allows("homes"))
        text += "ProtectHome=yes\n";
    if (!allows("all-system-calls")) {
        text += "SystemCallFilter=@system-service\n";
        if (!root)
            text += "SystemCallFilter=~@privileged\n";
        text += "SystemCallErrorNumber=EPERM\n";
    }
    std::string capabilities;
    for (const std::string& capability : spec.capabilities)
        capabilities += (capabilities.empty() ? "" : " ") + system_name(capability);
    if (!root)
        text += fmt::format("CapabilityBoundingSet={0}\nAmbientCapabilities={0}\n", capabilities);
    return text;
}

// Behind others, in a list of units.
std::string listed(const std::vector<std::string>& units) {
    std::string text;
    for (const std::string& unit : units)
        text += " " + unit;
    return text;
}

// As an argument of a command in a unit, whatever characters it holds.
std::string unit_argument(const std::string& text) {
    // In commands, '$' begins a variable.
    std::string made;
    for (const char character : quoted(text))
        made += character == '$' ? std::string("$$") : std::string(1, character);
    return made;
}

} // namespace

bool services_have_host() {
    return false;
}

std::string agent_unit_text(const std::string& suite, const std::string& program) {
    return fmt::format(embedded::agent_service, fmt::arg("name", agent_unit_name(suite)),
                       fmt::arg("suite", suite), fmt::arg("program", unit_argument(program)));
}

std::string service_unit_text(const ServiceSpec& spec, const std::string& suite,
                              const std::string& program) {
    std::string command;
    for (const std::string& word : spec.argv)
        command += (command.empty() ? "" : " ") + unit_argument(word);
    std::string environment;
    for (const auto& [name, value] : spec.environment)
        environment += fmt::format("Environment={}\n", quoted(name + "=" + value));
    std::string writeable;
    for (const std::string& folder : spec.writeable)
        writeable += fmt::format("ReadWritePaths={}\n", quoted(folder));
    const std::string unit = service_unit_name(suite, spec.name);
    std::vector<std::string> after;
    for (const std::string& service : spec.after)
        after.push_back(service_unit_name(suite, service));
    std::string text = fmt::format(
        embedded::service_service, fmt::arg("unit", unit),
        fmt::arg("title", without_specifiers(spec.title)), fmt::arg("service", spec.name),
        fmt::arg("suite", suite), fmt::arg("program", unit_argument(program)),
        fmt::arg("command", command), fmt::arg("needs", listed(spec.needs)),
        fmt::arg("after", listed(after)),
        fmt::arg("reload",
                 spec.reload_signal.empty()
                     ? ""
                     : fmt::format("ExecReload=/bin/kill -{} $MAINPID\n", spec.reload_signal)),
        fmt::arg("stop_signal", spec.stop_signal),
        fmt::arg("stop_timeout", spec.stop_timeout.count()),
        fmt::arg("identifier", unit.substr(0, unit.rfind('.'))),
        fmt::arg("environment", environment),
        fmt::arg("account", spec.account.empty()
                                ? ""
                                : fmt::format("User={}\nGroup={}\n", spec.account, spec.group)),
        fmt::arg("limits", lines_of_limits(spec.limits)), fmt::arg("writeable", writeable),
        fmt::arg("confinement", confinement(spec)));
    while (text.ends_with("\n\n"))
        text.pop_back();
    return text;
}

} // namespace locum::cluster
