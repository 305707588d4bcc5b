#include "cluster/program.hpp"

#include "cluster/installed.hpp"
#include "cluster/members.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_state.hpp"
#include "cluster/service_record.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/operating_system.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cluster {

using engine::Error;

namespace {

constexpr std::chrono::seconds try_limit{20};

std::string link_of(const Layout& layout) {
    return layout.current(std::string(suite::program_name));
}

// "0.2.0" of "/opt/x/locum/0.2.0"; "": the folder is elsewhere. Compared as they are on the disk,
// since the kernel tells a process's program without the links on the way to it.
std::string version_of_folder(const Layout& layout, const std::string& folder) {
    const std::string in = platform::canonical(platform::parent_of(folder));
    return in == platform::canonical(layout.programs()) ? folder.substr(folder.rfind('/') + 1) : "";
}

bool has_content(const std::string& file, const std::string& sha256) {
    return platform::is_regular_file(file) && platform::hashes_of({file}).front() == sha256;
}

void ask(const Layout& layout, const std::string& version, std::vector<std::string> arguments,
         const std::string& line) {
    platform::Command command;
    command.argv = {program_file(layout, version)};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.time_limit = try_limit;
    const platform::Finished finished = platform::run(command);
    const std::string fault = platform::fault(finished, line, try_limit);
    if (fault.empty())
        return;
    const std::string said = platform::readable(finished.errors);
    throw Error(fmt::format("Locum {} cannot be the agent of this host: `{}` {}{}{}", version,
                            fmt::join(command.argv, " "), fault,
                            said.empty() ? "" : "; it said: ", said.substr(0, 600)))
        .remedy("ask the bundle's vendor for a program that runs here; what ran before goes on");
}

} // namespace

std::string program_file(const Layout& layout, const std::string& version) {
    return fmt::format("{}/{}/{}", layout.programs(), version,
                       suite::program_file_name(platform::system_name()));
}

std::string linked_program_file(const Layout& layout) {
    return fmt::format("{}/{}", link_of(layout), suite::program_file_name(platform::system_name()));
}

std::string linked_program(const Layout& layout) {
    return version_of_folder(layout, platform::read_link(link_of(layout)));
}

std::string running_program(const Layout& layout) {
    return version_of_folder(layout, platform::parent_of(platform::this_program()));
}

std::string agent_program(const Layout& layout, const std::string& other) {
    return linked_program(layout).empty() ? other : linked_program_file(layout);
}

bool program_placed(const suite::ProgramBundle& bundle, const Layout& layout) {
    const std::string system = platform::system_name();
    return !bundle.is_for(system) ||
           has_content(program_file(layout, bundle.program()->version.text()),
                       bundle.sha256(system));
}

std::string place_program(const suite::ProgramBundle& bundle, const Layout& layout) {
    const std::string system = platform::system_name();
    if (!bundle.is_for(system))
        return "";
    const std::string version = bundle.program()->version.text();
    const std::string folder = layout.programs() + "/" + version;
    const std::string linked = linked_program(layout);
    if (!program_placed(bundle, layout)) {
        if (version == linked)
            throw Error(
                fmt::format("another program of Locum {} is in use from {}", version, folder),
                engine::Kind::refused)
                .remedy("use a bundle whose program has a version of its own");
        platform::remove_all(folder);
        platform::make_folders(layout.programs());
        bundle.unpack(system, folder);
    }
    engine::failpoint("program/place");
    const std::string running = running_program(layout);
    for (const std::string& other : platform::list_folder(layout.programs()))
        if (other != version && other != linked && other != running)
            platform::remove_all(layout.programs() + "/" + other);
    return version;
}

void link_program(const Layout& layout, const std::string& version) {
    if (version.empty()) {
        platform::remove_all(link_of(layout));
        return;
    }
    platform::make_folders(platform::parent_of(link_of(layout)));
    platform::switch_link(link_of(layout), layout.programs() + "/" + version);
}

void try_to_start(const Layout& layout, const std::string& version) {
    if (!platform::exists(program_file(layout, version)))
        throw Error(fmt::format("{} is not there", program_file(layout, version)),
                    engine::Kind::refused)
            .remedy("send the bundle that brings it again");
    ask(layout, version, {"--version"}, suite::said_version(engine::Version::parse(version)));
}

void try_program(const Layout& layout, const std::string& version) {
    try_to_start(layout, version);
    std::vector<std::string> arguments = {"agent", "try", "--suite", layout.suite};
    if (!layout.root.empty())
        arguments.insert(arguments.end(), {"--root", layout.root});
    ask(layout, version, arguments, "");
}

void read_as_agent(const Layout& layout) {
    const NodeState state = load_node_state(layout);
    load_identity(layout);
    load_datasource(layout);
    load_services(services_folder(layout));
    const InstalledVersion installed(layout, state.version);
    for (const std::string& component : state.components)
        if (!installed.manifest().component(component))
            throw Error(fmt::format("version {} has no component {}, which is installed here",
                                    state.version, component),
                        engine::Kind::needs_attention)
                .remedy("locum repair");
}

} // namespace locum::cluster
