#pragma once
// Where answers say otherwise than a host was installed. A second run of answers changes nothing;
// which of them it leaves unused is told.

#include "installer/answers.hpp"
#include "installer/firewall.hpp"

namespace locum::installer {

// What a node keeps of what it was installed by.
struct Kept {
    cluster::Layout layout;
    cluster::NodeState node;
    std::optional<FirewallRecord> firewall;
    std::optional<datasource::Settings> datasource;
};
// Of the node that is installed there.
Kept what_is_kept(const cluster::Layout& layout);

// "answers-unused", a warning for each key: of the answers themselves, and of those that are
// missing in them and whose default is another value. Of ports and firewall rules only what is
// said: the vendor's choice may have been another one then. Passwords are not compared. Name,
// address and components are passed over: other ones are refused (installer/install.hpp).
std::vector<engine::Finding> unused_answers(const Answers& answers, const suite::Manifest& manifest,
                                            const Kept& kept);

} // namespace locum::installer
