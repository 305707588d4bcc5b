#pragma once
// Config templates and the variables in a manifest's texts.
//
// {name} or {name|filter} is replaced (filters: conninfo = escaped inside a libpq '…' value);
// a line {for server in servers} … {end} repeats its lines, {if NAME VALUE} or {if NAME} … {end} keeps them
// where the variable equals VALUE (or is "true"); {if NAME}text{end} works within a line too.
// {{ and }} are braces. An unknown variable throws Error(usage) with file, line and name.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

using Variables = std::map<std::string, std::string, std::less<>>;

struct Scope {
    Variables variables;
    std::map<std::string, std::vector<Variables>, std::less<>> lists; // "servers" → {name, address, port.device, out}
};

std::string render(std::string_view text, const Scope& scope, const std::string& file_name);

} // namespace locum::suite
