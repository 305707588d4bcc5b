#pragma once
// What a vendor says of one version of a suite. The same type for the vendor's suite.toml and for
// the manifest.toml of a bundle, which has `parts` besides.

#include "datasource/migration.hpp"
#include "engine/version.hpp"

#include <chrono>
#include <cstdint>
#include <map>
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
    std::string payload;                // folder in the suite's source
    std::vector<std::string> requires_; // components of the same host
    std::vector<std::string>
        cluster_requires; // components somewhere in the cluster, installed before
    std::uint64_t memory_mb = 0;
    std::uint64_t disk_mb = 0;
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
struct Port {
    std::string name;
    std::string component;
    std::vector<PortChoice> choices;
};

struct Config {
    std::string component;
    std::string template_file; // path in the bundle
    std::string to;            // with variables
    unsigned mode = 0640;
    // A command (with variables and {file}) that must exit with 0 before a rendered file takes its
    // place; {file}: where that is until then. Empty: none.
    std::vector<std::string> check;
};

struct Service {
    std::string name;
    std::string component;
    std::vector<std::string> argv; // with variables
    std::map<std::string, std::string> environment;
    std::string user;
    std::string stop_signal = "TERM";
    std::chrono::seconds stop_timeout{10};    // then KILL
    std::optional<std::string> reload_signal; // how a changed config is taken up without a stop
};

struct HttpProbe {
    std::string url; // with variables
    unsigned status = 200;
    std::string body; // contained in the answer
};
struct TcpProbe {
    std::string address; // host:port, with variables
};
struct Probe {
    std::string name;
    std::string component;
    std::variant<HttpProbe, TcpProbe> how;
};

enum class BalancerDriver { haproxy };
struct Balancing {
    std::string component; // the balancer's
    std::string server;    // the component that is balanced
    BalancerDriver driver = BalancerDriver::haproxy;
    std::string socket; // with variables
    std::string backend;
};

struct Engine {
    datasource::VersionStatements version;
    std::vector<datasource::Migration> migrations; // sql is filled where the bundle was opened
    std::string copy_ddl; // sqlite only: path of a part with the copy's DDL; empty: derived
};

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
    std::string component;
    std::string path; // relative, within the component's folder
    enum class Type { regular, directory, symlink } type = Type::regular;
    unsigned mode = 0644;
    std::uint64_t size = 0;
    std::string sha256; // regular
    std::string target; // symlink; stays inside
};

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
    Database database;
    std::vector<Part> parts; // empty in a suite.toml
    std::vector<File> files; // empty in a suite.toml

    const Component* component(std::string_view name) const;
    // Names of the component's services.
    std::vector<std::string> services_of(std::string_view component) const;
};

// The newest format that this Locum reads.
constexpr int newest_format = 1;

// Parses suite.toml or manifest.toml. An unknown, missing or contradictory key throws
// Error(usage) with file name, line and column, what was found and what was expected. A format, or
// an oldest Locum, that is newer than this one throws Error(refused) before anything else is read.
Manifest parse_manifest(std::string_view text, const std::string& file_name);

// "payload/COMPONENT.tar.zst".
std::string payload_part(std::string_view component);

// The paths of the parts that a bundle of this manifest holds, sorted by byte: no more, no fewer.
std::vector<std::string> part_paths(const Manifest& manifest);

} // namespace locum::suite
