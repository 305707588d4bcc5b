#pragma once
// The single-file setup (suite/setup_file.hpp) as it is started: `./endpoint-manager-2.0-setup`.

#include <optional>
#include <string>
#include <vector>

namespace locum::cli {

// Installs the bundle that this program brings, by `locum install BUNDLE ARGUMENTS`, and leaves the
// program as the host's `locum` for later where a suite is installed afterwards. Returns the exit
// code; nullopt where it brings none, or was given a command. Throws Error(not_trusted) where the
// file is damaged.
std::optional<int> run_setup(const std::vector<std::string>& arguments);

} // namespace locum::cli
