#pragma once
// The contents of the resources by which Windows shows a program: who made it, and its icon.

#include "suite/pe_resources.hpp"
#include "suite/resource_tree.hpp"

namespace locum::suite {

// VERSIONINFO, as a compiler of resources makes it, of UTF-8. Throws Error(usage) where it would be
// longer than it can tell.
std::string version_info(const ShownOfProgram& shown);
// Icons 1 and on, and the list of them, 1, from an .ico file. Throws std::out_of_range where it is
// none.
std::vector<PeResource> icon_resources(const std::string& ico);

} // namespace locum::suite
