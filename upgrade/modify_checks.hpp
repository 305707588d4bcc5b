#pragma once
// What a modification finds on its host and in its cluster, before anything is changed.

#include "installer/install_plan.hpp"
#include "installer/installed_node.hpp"
#include "installer/modification.hpp"
#include "upgrade/modify.hpp"

namespace locum::upgrade {

// The node as it is to be, for the steps that an installation has, too, and for its checks.
installer::Installation installation_of(const ModifyRequest& request,
                                        const installer::InstalledNode& node,
                                        const installer::Modification& change,
                                        const suite::Bundle& bundle,
                                        const token::NetworkToken& token);

// Adds findings, or not_admitted, to what is told.
void check(const ModifyRequest& request, const installer::InstalledNode& node,
           const installer::Modification& change, const installer::Installation& installation,
           Modifying& told);

} // namespace locum::upgrade
