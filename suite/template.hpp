#pragma once
// Config templates and the variables in a manifest's texts.
//
// {name} or {name|filter} is replaced (filters: conninfo = escaped inside a libpq '…' value);
// a line {for server in servers} … {end} repeats its lines, {if NAME VALUE} or {if NAME} … {end}
// keeps them where the variable equals VALUE (or is "true"); {if NAME}text{end} works within a line
// too.
// {{ and }} are braces. An unknown variable throws Error(usage) with file, line and name.
//
// The variables that Locum gives: {data} {etc} {run} {log} (folders of the suite on this host)
// · {component.dir} (where the component's payload is) · {suite.version} · {node.name}
// {node.address} {node.mode} ("normal" or "update") · {port.NAME} for each port of the manifest ·
// {copy.snapshot_ms} (when the copy in use was taken, milliseconds since 1970 UTC; 0 in normal
// mode) · {datasource} ("postgresql", "sqlite", or "none" on a node that has none) and
// {datasource.host}, .port, .database, .user, .password (a server's; the password in templates
// only) or {datasource.file} (SQLite's) · the list `servers` with name, address, out ("true" where
// it is to get no load) and port.NAME of each · {secret.NAME} (a secret of the cluster that the
// component gets; where nobody else sees it only).

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

using Variables = std::map<std::string, std::string, std::less<>>;

struct Scope {
    Variables variables;
    std::map<std::string, std::vector<Variables>, std::less<>>
        lists; // "servers" → {name, address, port.device, out}
};

// A value with a line break or NUL is refused (usage): it would add lines to a config.
std::string render(std::string_view text, const Scope& scope, const std::string& file_name);

// A variable that a text names, in branches that may not be taken too.
struct VariableUse {
    std::string list; // "servers" where it is a list or one of its items' variables; else empty
    std::string
        name; // "node.name"; with a list the item's "port.device", or empty for the list itself
    unsigned line = 1;
    unsigned column = 1;
};
// Throws Error(usage) where the text is no template.
std::vector<VariableUse> variables_of(std::string_view text, const std::string& file_name);

} // namespace locum::suite
