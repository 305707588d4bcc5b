#pragma once
// A suite with a server and a balancer that are shell scripts, in two versions, as signed bundles.

#include "suite/bundle.hpp"
#include "suite/systems.hpp"
#include "suite/trust.hpp"
#include "tests/support/scratch.hpp"

#include <fmt/format.h>

#include "native_environment.hpp"

namespace locum::testing {

// Version 2.0 needs schema 2, version 1.0 schema 1.
inline std::string small_suite_toml(const std::string& version) {
    const bool second = version >= "2";
    return fmt::format(
        R"(format = 1
locum = "0.1"
[suite]
name = "small"
title = "Small"
version = "{version}"
schema = "{schema}"
licence = "licence.txt"
[compatibility]
upgrades-from = [{from}]
old-binary-on-new-schema = "breaks"
new-binary-on-old-schema = "breaks"
[topologies]
alone = {{ title = "Alone", components = ["server"] }}
many = {{ title = "Many", components = ["server", "tool", "balancer"] }}
[components.server]
title = "Server"
role = "server"
payload = "server"
memory-mb = 10
disk-mb = 20
[components.tool]
title = "Tool"
role = "console"
payload = "tool"
requires = ["server"]
[components.balancer]
title = "Balancer"
role = "balancer"
payload = "balancer"
memory-mb = 1
disk-mb = 2
[[ports]]
name = "device"
component = "server"
choices = [{{ when = "balancer", port = 30002 }}, {{ port = 30001 }}]
[[ports]]
name = "front"
component = "balancer"
choices = [{{ port = 30001 }}]
[[configs]]
component = "server"
template = "server.conf.in"
to = "{{etc}}/server.conf"
mode = "0600"
[[configs]]
component = "balancer"
template = "balancer.conf.in"
to = "{{etc}}/balancer.conf"
[[services]]
name = "server"
component = "server"
argv = ["{{component.dir}}/run", "--config", "{{etc}}/server.conf"]
environment = {{ NODE = "{{node.name}}", PORT = "{{port.device}}" }}
stop = {{ signal = "INT", timeout-s = 3 }}
[[services]]
name = "balancer"
component = "balancer"
argv = ["{{component.dir}}/run", "{{run}}/balancer.sock"]
reload = {{ signal = "USR2" }}
[[probes]]
component = "server"
name = "answers"
http = "http://{{node.address}}:{{port.device}}/probe"
status = 200
body = "ok {version}"
[[probes]]
component = "server"
name = "port"
tcp = "{{node.address}}:{{port.device}}"
[balancing]
component = "balancer"
server = "server"
driver = "haproxy"
socket = "{{run}}/balancer.sock"
backend = "servers"
[database]
application-name = "small"
node-local = []
[database.sqlite]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [{{ to = "1", file = "1.sql" }}{more}]
[database.postgresql]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [{{ to = "1", file = "1.sql" }}{more}]
)",
        fmt::arg("version", version), fmt::arg("schema", second ? "2" : "1"),
        fmt::arg("from", second ? "\"1\"" : ""),
        fmt::arg("more", second ? ", { from = \"1\", to = \"2\", file = \"2.sql\" }" : ""));
}

inline suite::Manifest small_manifest(const std::string& version = "1.0") {
    return suite::parse_manifest(small_suite_toml(version), "suite.toml");
}

// With a server for two systems, and the rest for Linux; as hosts of the system see it.
inline suite::Manifest mixed_manifest(const std::string& system,
                                      const std::string& version = "1.0") {
    std::string text = small_suite_toml(version);
    const auto change = [&text](const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
    };
    change("payload = \"server\"",
           "payload = { linux-x86_64 = \"server\", windows-x86_64 = \"server.win\" }");
    change("payload = \"tool\"\nrequires = [\"server\"]",
           "payload = { linux = \"tool\" }\nwith = \"server\"");
    change("alone = { title = \"Alone\", components = [\"server\"]",
           "fronts = { title = \"Fronts\", components = [\"balancer\"] }\n"
           "alone = { title = \"Alone\", components = [\"server\", \"tool\"]");
    change("payload = \"balancer\"", "payload = { linux = \"balancer\" }");
    change("name = \"server\"\ncomponent", // another name there
           "name = \"winserver\"\ncomponent = \"server\"\nargv = [\"{component.dir}/run\"]\n"
           "systems = [\"windows\"]\n[[services]]\nname = \"server\"\nsystems = [\"linux\"]\n"
           "component");
    return suite::for_system(suite::parse_manifest(text, "suite.toml"), system);
}

// The vendor: a key, and the bundles that it signed, in a folder.
class Vendor {
public:
    explicit Vendor(std::string folder) :
        folder_(std::move(folder)), key_(suite::SigningKey::generate()) {}

    suite::PublicKey key() const { return key_.public_key(); }

    // The bundle's file. texts: other ones than usual, by path in the source.
    std::string build(const std::string& version,
                      const std::map<std::string, std::string>& texts = {}) const {
        const std::string source = folder_ + "/source-" + version;
        const auto write = [&](const std::string& path, const std::string& text,
                               unsigned mode = 0644) {
            const std::string file = source + "/" + path;
            platform::make_folders(platform::parent_of(file));
            platform::write_file(file, text, mode);
        };
        write("suite.toml", small_suite_toml(version));
        write("licence.txt", "Do what you like.\n");
        write("server/run", "#!/bin/sh\nexec sleep 1000 # " + version + "\n", 0755);
        write("server/data/words.txt", "one\ntwo\n");
        write("balancer/run", "#!/bin/sh\nexec sleep 1000\n", 0755);
        write("tool/run", "#!/bin/sh\nexit 0\n", 0755);
        if (has_links())
            platform::switch_link(source + "/server/start", "run");
        write("server.conf.in", R"(node = {node.name} {node.mode}
listen = {node.address}:{port.device}
snapshot = {copy.snapshot_ms}
{if datasource postgresql}
connection = host={datasource.host} port={datasource.port} dbname={datasource.database} user={datasource.user} password='{datasource.password|conninfo}'
{end}
{if datasource sqlite}
file = {datasource.file}
{end}
)");
        write("balancer.conf.in", R"(bind {node.address}:{port.front}
{for server in servers}
server {server.name} {server.address}:{server.port.device}{if server.out} out{end}
{end}
)");
        write("1.sql", "CREATE TABLE schema_version (version text NOT NULL PRIMARY KEY);\n"
                       "INSERT INTO schema_version VALUES ('1');\n"
                       "CREATE TABLE thing (id integer PRIMARY KEY, name text NOT NULL);\n");
        write("2.sql", "ALTER TABLE thing ADD COLUMN colour text;\n");
        for (const auto& [path, text] : texts)
            write(path, text);
        const std::string bundle = folder_ + "/small-" + version + ".bundle";
        suite::build_bundle(source + "/suite.toml", key_, bundle);
        return bundle;
    }

private:
    std::string folder_;
    suite::SigningKey key_;
};

} // namespace locum::testing
