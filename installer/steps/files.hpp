#pragma once
// Steps that put files on the host.

#include "installer/install_plan.hpp"

namespace locum::installer::steps {

engine::Step make_folders(const Installation& installation);
engine::Step unpack(const Installation& installation);
// What `locum repair` restores files from.
engine::Step keep_bundle(const Installation& installation);
// A program for this host's system that is not older than the Locum that installs, which stays the
// agent's else.
bool brings_program(const suite::Manifest& manifest);
// Locum's own, and the link that the agent runs from.
engine::Step place_program(const Installation& installation);
engine::Step link_component(const Installation& installation, const std::string& component);
// node.json with what is known before the network is (first) or after it was joined.
engine::Step write_configs(const Installation& installation, const std::string& component);

} // namespace locum::installer::steps
