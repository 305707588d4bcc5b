// How it is found out whether a component is well.

#include "suite/manifest_command.hpp"
#include "suite/manifest_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::array<std::string_view, 4> ways = {"http", "tcp", "command", "sql"};

std::string_view way_of(Section& section, const std::string& probe) {
    std::vector<std::string_view> found;
    for (const std::string_view way : ways)
        if (section.has(way))
            found.push_back(way);
    if (found.size() != 1)
        section.fail(section.at(),
                     found.empty() ? fmt::format("the probe '{}' without a way to ask", probe)
                                   : fmt::format("the probe '{}' with both of '{}' and '{}'", probe,
                                                 found[0], found[1]),
                     "exactly one of http, tcp, command, sql");
    return found.front();
}

// RFC 9110, and none of those that belong to the connection.
bool is_header(const std::string& name) {
    std::string lower;
    for (const char c : name)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string_view ours :
         {"host", "connection", "content-length", "transfer-encoding"})
        if (lower == ours)
            return false;
    return !lower.empty() && lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"
                                                     "!#$%&'*+-.^_`|~") == std::string::npos;
}

std::map<std::string, std::string> read_headers(References& references, Section& probe,
                                                const std::string& component) {
    std::map<std::string, std::string> headers;
    Section section = probe.section("headers");
    for (const Text& key : section.keys()) {
        if (!is_header(key.value))
            section.fail(key.at, fmt::format("the header '{}'", key.value),
                         "a header's name, other than Host, Connection, Content-Length and "
                         "Transfer-Encoding");
        const Text value = section.text(key.value);
        if (value.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            section.fail(value.at, fmt::format("a line break or NUL in the header '{}'", key.value),
                         "one line");
        references.variables(section, value, {component, true, true});
        headers[key.value] = value.value;
    }
    return headers;
}

// Only http is spoken, and what is sent goes into one line of a request.
std::string read_url(References& references, Section& section, const KnownIn& known) {
    constexpr std::string_view scheme = "http://";
    const Text url = section.one_line("http");
    if (!url.value.starts_with(scheme) || url.value.size() == scheme.size() ||
        url.value[scheme.size()] == '/' || url.value.find(' ') != std::string::npos)
        section.fail(url.at, fmt::format("'{}' for 'http'", url.value),
                     "http://HOST:PORT/PATH without blanks; there is no TLS");
    references.variables(section, url, known);
    return url.value;
}

SqlProbe read_sql(const Manifest& manifest, Section& section, const Probe& probe) {
    const Text sql = section.text("sql");
    if (sql.value.find_first_not_of(" \t\r\n") == std::string::npos)
        section.fail(sql.at, "an empty text for 'sql'", "one statement that reads");
    const Component* component = manifest.component(probe.component);
    if (component != nullptr && component->role != Role::server)
        section.fail(sql.at,
                     fmt::format("an 'sql' probe of the component '{}' of role {}", probe.component,
                                 name(component->role)),
                     "http, tcp or command: only components of role server have a datasource");
    return {sql.value, section.text("output").value};
}

// What anything that answers would give proves nothing.
bool proves_something(const Probe& probe) {
    if (const auto* http = std::get_if<HttpProbe>(&probe.how))
        return !http->body.empty();
    const auto* command = std::get_if<Command>(&probe.how);
    return command != nullptr && !command->output.empty();
}

} // namespace

void ManifestReader::read_probes() {
    for (Section section : file.list("probes")) {
        Probe probe;
        const Text name = section.text("name");
        probe.component = refer_one(references, section, "component");
        probe.name = name.value;
        probe.systems = read_systems(section, manifest, probe.component);
        if (!continues(manifest.probes, probe))
            references.declare(section, fmt::format("probe of '{}'", probe.component), name);
        probe.limit = std::chrono::seconds(section.number("timeout-s", 1, 60, 3));
        const bool proves = section.has("proves");
        const std::string_view way = way_of(section, name.value);
        const KnownIn known{.component = probe.component, .datasource = true};
        if (way == "http") {
            HttpProbe http;
            http.url = read_url(references, section, known);
            http.status = static_cast<unsigned>(section.number("status", 100, 599, 200));
            http.body = section.text("body", "").value;
            http.headers = read_headers(references, section, probe.component);
            probe.how = std::move(http);
        } else if (way == "tcp") {
            probe.how = TcpProbe{with_variables(references, section, "tcp", known)};
        } else if (way == "command") {
            probe.how =
                read_command(references, section, fmt::format("the probe '{}'", name.value), known);
        } else {
            probe.how = read_sql(manifest, section, probe);
        }
        if (proves) {
            read_choice(section, "proves", {"version"});
            const Place at = section.text("proves").at;
            if (!proves_something(probe))
                section.fail(at,
                             fmt::format("the probe '{}', which can prove no version", name.value),
                             "an http probe with 'body' or a command with 'output'");
            for (const Probe& other : manifest.probes)
                if (other.component == probe.component && other.proves_version &&
                    overlap(other.systems, probe.systems))
                    section.fail(at,
                                 fmt::format("a second probe of '{}' that proves its version",
                                             probe.component),
                                 fmt::format("one; '{}' does already", other.name));
            probe.proves_version = true;
        }
        section.done();
        manifest.probes.push_back(std::move(probe));
    }
}

} // namespace locum::suite
