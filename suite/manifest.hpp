#pragma once
// What a vendor says of one version of a suite. The same type for the vendor's suite.toml and for
// the manifest.toml of a bundle, which has `parts` besides.

#include "datasource/encoding.hpp"
#include "datasource/migration.hpp"
#include "engine/version.hpp"
#include "suite/requirements.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace locum::suite {

enum class Role { server, balancer, console, mirror };
std::string_view name(Role role);

enum class Compatibility { works, breaks };

struct Component {
    std::string name;
    std::string title;
    Role role = Role::server;
    std::string payload; // folder in the suite's source, for every system
    // Or one for each of these (suite/systems.hpp), and on others it is not installed. `payload` is
    // then empty, or that of the system whose manifest it is.
    std::map<std::string, std::string> payloads;
    std::vector<std::string> requires_; // components of the same host
    std::vector<std::string>
        cluster_requires; // components somewhere in the cluster, installed before
    // The component that it comes with by itself, and never without; empty: it is chosen. Among
    // `requires_` as well.
    std::string with;
    std::uint64_t memory_mb = 0;
    std::uint64_t disk_mb = 0;
    // Advised, with the host's other components: less is a warning. 0: nothing is advised.
    std::uint64_t recommended_memory_mb = 0;
    unsigned recommended_cores = 0;
    std::vector<std::string> packages; // of the host's system, that must be installed
};

// A secret that the whole cluster shares: made with the cluster, it travels with each join.
struct SharedSecret {
    enum class Form { hex, base64 };
    std::string name; // used as {secret.NAME}
    Form form = Form::hex;
    std::size_t bytes = 32;              // of randomness, before it is written in its form
    std::vector<std::string> components; // the nodes that get it
};

// A file that a package of the host's system installed; checked and kept with the version.
struct HostFile {
    std::string name; // used by migrations
    std::string component;
    std::string path;   // absolute
    std::string sha256; // hex
};

// What a component connects to outside of the cluster.
struct Outgoing {
    std::string component;
    std::string to; // host:port
    bool optional = false;
};

// What a person starts from the host's menus.
struct Shortcut {
    std::string name;
    std::string component;
    std::string title;                  // can be a file's name
    std::string program;                // with variables; or
    std::string url;                    // with variables
    std::vector<std::string> arguments; // of the program, with variables
    std::string icon;                   // with variables; empty: the program's, or the system's
    bool desktop = false;               // on the desktop, too, where the system has one for all
};

// A command whose exit code 0 is not enough where `output` is given: one of the lines that it
// prints, without the blanks at its ends, must be this text. Both with variables.
struct Command {
    std::vector<std::string> argv;
    std::string output;
};

struct Topology {
    std::string name;
    std::string title;
    std::vector<std::string> components;
};

// The first choice whose `when` (a component of the same host; empty: always) holds is the port.
struct PortChoice {
    std::string when;
    std::uint16_t port = 0;
};
// Who connects to a port: everybody, the cluster's nodes only, or nobody but its own host.
enum class Clients { any, peers, host };
struct Port {
    std::string name;
    std::string component;
    std::vector<PortChoice> choices;
    bool tcp = true;
    bool udp = false;
    Clients from = Clients::any;
};

struct Config {
    std::string component;
    std::string template_file; // path in the bundle
    std::string to;            // with variables
    unsigned mode = 0640;
    // A command (with variables and {file}) that must exit with 0 before a rendered file takes its
    // place; {file}: where that is until then. Empty: none.
    std::vector<std::string> check;
    std::vector<std::string> systems; // where it holds (suite/systems.hpp); empty: everywhere
};

// 0: the service manager's own.
struct ServiceLimits {
    std::uint64_t open_files = 0;
    std::uint64_t tasks = 0;
    std::uint64_t memory_mb = 0;
};

struct Service {
    std::string name;
    std::string component;
    std::vector<std::string> argv; // with variables, but for those of the datasource
    std::map<std::string, std::string> environment; // as argv
    std::string user;                               // account; empty: the suite's
    std::string stop_signal = "TERM";
    std::chrono::seconds stop_timeout{10};    // then KILL
    std::optional<std::string> reload_signal; // how a changed config is taken up without a stop
    std::optional<Command> reload_command;    // or by this
    std::vector<std::string> capabilities;    // "net-bind-service"
    ServiceLimits limits;
    std::vector<std::string> after; // units of the host's system that it needs: "redis.service"
    // What it could not do otherwise where a service manager confines it.
    std::vector<std::string> allows;  // "writable-code", …
    std::vector<std::string> systems; // as a config's; one of its name may be for others
};

// What a service may be allowed: to write code and run it (just-in-time compilers), to use devices,
// to see the users' homes, to call whatever the system offers.
constexpr std::array<std::string_view, 4> service_allowances = {"writable-code", "devices", "homes",
                                                                "all-system-calls"};
constexpr std::string_view account_name_rule =
    "the name of an account: at most 31 of a-z, 0-9, '-' and '_', a letter or '_' first";
bool is_account_name(std::string_view name);

struct HttpProbe {
    std::string url; // with variables
    unsigned status = 200;
    std::string body = {};                           // contained in the answer
    std::map<std::string, std::string> headers = {}; // values with variables
};
struct TcpProbe {
    std::string address; // host:port, with variables
};
// By the application's account, on the database that the server works on.
struct SqlProbe {
    std::string sql;    // one statement
    std::string output; // the first column of its first row, as text
};
struct Probe {
    std::string name;
    std::string component;
    std::variant<HttpProbe, TcpProbe, Command, SqlProbe> how;
    std::chrono::seconds limit{3};
    bool proves_version = false;           // its success proves which version's binary runs
    std::vector<std::string> systems = {}; // as a service's
};

enum class BalancerDriver { haproxy, command };
// Of driver `command`: what is run on the balancer's host; {server.name}, {server.address} and
// {server.port.NAME} are those of the server in question.
struct BalancerCommands {
    Command drain;
    Command undrain;
    std::vector<std::string> show;
    // Lines that `show` prints; with variables.
    std::string in_rotation;
    std::string out_of_rotation;
    std::string idle;
    std::chrono::milliseconds settle{0}; // how long a drained server must have been idle
};
struct Balancing {
    std::string component; // the balancer's
    std::string server;    // the component that is balanced
    BalancerDriver driver = BalancerDriver::haproxy;
    std::string socket; // with variables
    std::string backend;
    BalancerCommands commands;
};

struct Engine {
    datasource::VersionStatements version;
    std::optional<engine::Version> oldest;         // of the database server
    std::vector<datasource::Migration> migrations; // sql is filled where the bundle was opened
    std::string copy_ddl;         // sqlite only: path of a part with the copy's DDL; empty: derived
    datasource::Encodings encode; // sqlite only: how a copy holds the values
};

// Can the engine's migrations lead from one schema version ("": none) to the other?
bool leads(const Engine& engine, const std::string& from, const std::string& to);

struct Database {
    std::string application_name;
    std::vector<std::string> node_local;
    std::map<datasource::Kind, Engine> engines;
};

// One part of a bundle, as its signed manifest lists it.
struct Part {
    std::string path; // "payload/server.tar.zst"
    std::uint64_t size = 0;
    std::string sha256; // hex
};

// One file of a component's payload.
struct File {
    std::string component; // or one of its payloads by system, in the whole manifest
    std::string path;      // relative, within the component's folder
    enum class Type { regular, directory, symlink } type = Type::regular;
    unsigned mode = 0644;
    std::uint64_t size = 0;
    std::string sha256; // regular
    std::string target; // symlink; stays inside
};

// Locum's own program, which a bundle may bring for the agents (decision 0019).
struct Program {
    engine::Version version;                  // as it says itself
    std::map<std::string, std::string> files; // by system, "linux-x86_64": in the suite's source
};

// A version on the way: its bundle is carried as a part, for clusters that this version cannot be
// reached from (decision 0028).
struct Via {
    engine::Version version;
    std::string schema;
};
std::string via_part(const Via& via); // "via/VERSION.locum"

struct Manifest {
    int format = 1;
    engine::Version locum;
    std::string name;
    std::string title;
    engine::Version version;
    std::string schema;
    std::string licence;                    // path in the bundle; empty: none
    std::string information;                // path in the bundle
    std::vector<std::string> upgrades_from; // schema versions
    Compatibility old_binary_on_new_schema = Compatibility::breaks;
    Compatibility new_binary_on_old_schema = Compatibility::breaks;
    std::vector<Topology> topologies;
    std::vector<Component> components;
    std::vector<Port> ports;
    std::vector<Config> configs;
    std::vector<Service> services;
    std::vector<Probe> probes;
    std::optional<Balancing> balancing;
    std::vector<SharedSecret> secrets;
    Requirements requirements;
    std::vector<Advice> advice;
    std::vector<HostFile> host_files;
    std::vector<Outgoing> outgoing;
    std::vector<Shortcut> shortcuts;
    Database database;
    std::optional<Program> program;
    std::vector<Via> via;    // by version; empty in a suite.toml
    std::vector<Part> parts; // empty in a suite.toml
    std::vector<File> files; // empty in a suite.toml
    // Of which system it is ("linux-x86_64"), and what it was made from where that tells systems
    // apart (suite/systems.hpp); else it is the whole, for every system.
    std::string system;
    std::shared_ptr<const Manifest> whole;

    const Component* component(std::string_view name) const;
    // Names of the component's services.
    std::vector<std::string> services_of(std::string_view component) const;
    // The component has configurations; services or probes.
    bool has_configs(std::string_view component) const;
    bool has_life(std::string_view component) const;
};

// The newest format that this Locum reads.
constexpr int newest_format = 1;

// Parses suite.toml or manifest.toml. An unknown, missing or contradictory key throws
// Error(usage) with file name, line and column, what was found and what was expected. A format, or
// an oldest Locum, that is newer than this one throws Error(refused) before anything else is read.
Manifest parse_manifest(std::string_view text, const std::string& file_name);

// "payload/COMPONENT.tar.zst".
std::string payload_part(std::string_view component);

// Whose payload the program for a system is; no component may be called so.
inline constexpr std::string_view program_name = "locum";
std::string program_payload(std::string_view system); // "locum-linux-x86_64"
bool is_reserved_for_program(std::string_view component);
// What it answers to --version, in one line.
std::string said_version(const engine::Version& version);
// Of which a bundle has payloads: the components' (suite/systems.hpp), then programs.
std::vector<std::string> payloads_of(const Manifest& manifest);
// What a Locum of any version can read of a bundle's manifest, however new the rest is: `program`,
// `parts`, and those of `files` that are programs. Throws Error as parse_manifest does.
Manifest parse_program(std::string_view text, const std::string& file_name);

// The paths of the parts that a bundle of this manifest holds, sorted by byte: no more, no fewer.
std::vector<std::string> part_paths(const Manifest& manifest);

} // namespace locum::suite
