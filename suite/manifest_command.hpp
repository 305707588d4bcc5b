#pragma once
// Commands in a manifest, whose output tells more than their exit code.

#include "suite/manifest.hpp"
#include "suite/references.hpp"

namespace locum::suite {

// argv of a command under `key`: not empty, with variables. `what` is for messages: "'drain'".
std::vector<std::string> read_argv(References& references, Section& section, std::string_view key,
                                   const std::string& what, const KnownIn& known);
// A line that a command prints, as it is compared: without blanks at its ends; with variables.
std::string read_line(References& references, Section& section, std::string_view key,
                      const KnownIn& known);
// `command` = [argv] and `output` = "line" of a table that may have more; without `output` the
// exit code is enough.
Command read_command(References& references, Section& section, const std::string& what,
                     const KnownIn& known);

} // namespace locum::suite
