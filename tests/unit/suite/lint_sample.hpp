#pragma once
// A suite with which `bundle lint` finds nothing at all; each test makes one thing worse.

#include "platform/files.hpp"
#include "suite/lint.hpp"

#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

namespace lint_sample {

using namespace locum;

using Changes = std::vector<std::pair<std::string, std::string>>; // what stands there, what instead

inline const std::string text = R"(format = 1
locum = "0.1"
[suite]
name = "sample"
title = "Sample"
version = "2.0"
schema = "2"
licence = "licence.txt"
information = "information.txt"
[compatibility]
upgrades-from = ["1"]
old-binary-on-new-schema = "works"
new-binary-on-old-schema = "breaks"
[topologies]
alone = { title = "Alone", components = ["server"] }
many = { title = "Many", components = ["server", "front"] }
[components.server]
title = "Server"
role = "server"
payload = "server"
[components.front]
title = "Front"
role = "balancer"
payload = "front"
[[ports]]
name = "device"
component = "server"
choices = [{ when = "front", port = 30002 }, { port = 30001 }]
[[ports]]
name = "front"
component = "front"
choices = [{ port = 30001 }]
[[configs]]
component = "server"
template = "server.conf.in"
to = "{etc}/server.conf"
mode = "0600"
[[configs]]
component = "front"
template = "front.conf.in"
to = "{etc}/front.conf"
check = ["/usr/bin/front", "--check", "{file}"]
[[services]]
name = "server"
component = "server"
argv = ["{component.dir}/bin/server", "{etc}/server.conf"]
user = "sample"
[[services]]
name = "front"
component = "front"
argv = ["{component.dir}/bin/front", "{etc}/front.conf"]
user = "sample"
reload = { signal = "USR2" }
[[probes]]
component = "server"
name = "thing"
http = "http://{node.address}:{port.device}/thing"
body = "blue 2.0"
[[probes]]
component = "front"
name = "front"
tcp = "{node.address}:{port.front}"
[balancing]
component = "front"
server = "server"
driver = "haproxy"
socket = "{run}/front.sock"
backend = "servers"
[database]
application-name = "sample"
node-local = ["seen"]
[database.postgresql]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [
    { to = "1", file = "pg/1.sql" },
    { from = "1", to = "2", file = "pg/2.sql" },
]
[database.sqlite]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [
    { to = "1", file = "lite/1.sql" },
    { from = "1", to = "2", file = "lite/2.sql" },
]
[[probes]]
component = "server"
name = "version"
command = ["/usr/bin/ask", "version"]
output = "2.0"
proves = "version"
)";

inline suite::File program(const std::string& component) {
    suite::File file;
    file.component = component;
    file.path = "bin/" + component;
    file.mode = 0755;
    return file;
}

// The SQL of the migrations anew, after texts were changed.
inline void fill(suite::Source& source) {
    for (auto& [kind, engine] : source.manifest.database.engines)
        for (auto& migration : engine.migrations)
            for (auto& part : migration.run)
                part.sql = source.texts[part.name];
}

inline std::string replaced(std::string where, const Changes& changes) {
    for (const auto& [from, to] : changes) {
        const std::size_t at = where.find(from);
        REQUIRE_MESSAGE(at != std::string::npos, from);
        where.replace(at, from.size(), to);
    }
    return where;
}

inline suite::Source sample(const Changes& changes = {}) {
    suite::Source source;
    source.file = "suite.toml";
    source.text = replaced(text, changes);
    source.manifest = suite::parse_manifest(source.text, source.file);
    source.payloads = {{"server", {program("server")}}, {"front", {program("front")}}};
    const std::string first = "CREATE TABLE schema_version (version text PRIMARY KEY);\n"
                              "INSERT INTO schema_version VALUES ('1');\n"
                              "CREATE TABLE thing (id integer PRIMARY KEY, name text);\n"
                              "CREATE TABLE seen (thing integer PRIMARY KEY, at text);\n";
    const std::string second = "ALTER TABLE thing ADD COLUMN colour text;\n";
    source.texts = {{"licence.txt", "Do what you like.\n"},
                    {"information.txt", "New: colours.\n"},
                    {"pg/1.sql", first},
                    {"pg/2.sql", second},
                    {"lite/1.sql", first},
                    {"lite/2.sql", second},
                    {"server.conf.in", "mode {node.mode}\nfile {datasource.file}\n"
                                       "password {datasource.password}\n"},
                    {"front.conf.in", "{for server in servers}\nserver {server.name}"
                                      "{if server.out} out{end}\n{end}\n"}};
    fill(source);
    return source;
}

// The version before: schema 1.
inline suite::Source sample_before() {
    return sample({{"\"2.0\"", "\"1.0\""},
                   {"schema = \"2\"", "schema = \"1\""},
                   {"[\"1\"]", "[]"},
                   {"blue 2.0", "blue"},
                   {"output = \"2.0\"", "output = \"1.0\""},
                   {"    { from = \"1\", to = \"2\", file = \"pg/2.sql\" },\n", ""},
                   {"    { from = \"1\", to = \"2\", file = \"lite/2.sql\" },\n", ""}});
}

// "suite.toml:25 warning port-clash", one line each; without the note that every suite for
// PostgreSQL gets.
inline std::string told(const std::vector<suite::Remark>& remarks) {
    std::string lines;
    for (const suite::Remark& remark : remarks) {
        CHECK_FALSE(remark.finding.found.empty());
        CHECK_FALSE(remark.finding.expected.empty());
        CHECK_FALSE(remark.finding.remedy.empty());
        if (remark.finding.name == "postgresql-untried")
            continue;
        lines += (lines.empty() ? "" : "\n") + remark.at.file + ":" +
                 std::to_string(remark.at.line) +
                 (remark.note                                          ? " note "
                  : remark.finding.severity == engine::Severity::error ? " error "
                                                                       : " warning ") +
                 remark.finding.name;
    }
    return lines;
}

inline std::string findings(const suite::Source& source,
                            const std::vector<suite::Source>& older = {}) {
    return told(suite::lint(source, older));
}
inline std::string findings_with(const Changes& changes) {
    return findings(sample(changes));
}

// A vendor's folder with both versions.
inline void write_folder(const std::string& folder) {
    for (const auto& [path, content] : sample().texts) {
        platform::make_folders(platform::parent_of(folder + "/" + path));
        platform::write_file(folder + "/" + path, content, 0644);
    }
    for (const std::string component : {"server", "front"}) {
        platform::make_folders(folder + "/" + component + "/bin");
        platform::write_file(folder + "/" + component + "/bin/" + component, "#!/bin/sh\n", 0755);
    }
    platform::write_file(folder + "/suite-1.0.toml", sample_before().text, 0644);
    platform::write_file(folder + "/suite-2.0.toml", sample().text, 0644);
}

} // namespace lint_sample
