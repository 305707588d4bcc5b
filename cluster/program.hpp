#pragma once
// Locum's own program as a bundle brought it to this host: a folder for each version, below
// /opt/SUITE/locum, and one link, which the agent and the units run from (decision 0019).

#include "cluster/layout.hpp"
#include "suite/program_bundle.hpp"

#include <string>

namespace locum::cluster {

// The program of a version: "/opt/x/locum/0.2.0/locum".
std::string program_file(const Layout& layout, const std::string& version);
// By the link: "/opt/x/current/locum/locum".
std::string linked_program_file(const Layout& layout);
// The version that the link leads to; "": there is none.
std::string linked_program(const Layout& layout);
// Of the versions here the one that this process runs from; "": it runs from elsewhere.
std::string running_program(const Layout& layout);
// What an agent and the units are to run: by the link, else `other`.
std::string agent_program(const Layout& layout, const std::string& other);

// Unpacks the bundle's program for this host's system, unless it is there; others than this one and
// the one in use are removed. The link stays. Returns its version; "": the bundle brings none for
// this system.
std::string place_program(const suite::ProgramBundle& bundle, const Layout& layout);
// The program of the bundle is unpacked here as it should be, or the bundle brings none.
bool program_placed(const suite::ProgramBundle& bundle, const Layout& layout);
// version "": no link.
void link_program(const Layout& layout, const std::string& version);

// Has the program of a version say which it is: it runs on this host. Throws Error where it does
// not.
void try_to_start(const Layout& layout, const std::string& version);
// That, and has it read what an agent of this node reads at its start. Throws likewise.
void try_program(const Layout& layout, const std::string& version);
// What that is. Throws Error where something cannot be read.
void read_as_agent(const Layout& layout);

} // namespace locum::cluster
