#pragma once
// The one list of commands: what is parsed, and what help, manual pages and completions are made
// from (cli/command_list.hpp).

#include "cli/command.hpp"

#include <memory>

namespace locum::cli {

// The parsed command sets action, which must outlive the list.
std::unique_ptr<CLI::App> command_line(Action& action);

} // namespace locum::cli
