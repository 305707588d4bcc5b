#pragma once
// Manual pages in roff (man(7)), one for each command.

#include "cli/command_list.hpp"

#include <string>

namespace locum::cli {

// "locum-upgrade-run"
std::string manual_name(const CommandInfo& command);

// date: "2026-11-28"
std::string manual_page(const CommandInfo& command, const std::string& date);

} // namespace locum::cli
