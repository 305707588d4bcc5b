#pragma once
// What a suite asks of the hosts that it runs on, beside its components' needs, and what it
// advises.

#include "platform/operating_system.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

// "debian >= 12": the system's ID of os-release(5), and the oldest version. Without a version any.
struct SystemRequirement {
    std::string id;
    std::string oldest;
    bool operator==(const SystemRequirement&) const = default;
};
// nullopt: it is no such text.
std::optional<SystemRequirement> parse_system_requirement(std::string_view text);
std::string to_text(const SystemRequirement& requirement);

// One that is made from the named system counts as it; with a version, only where it is known to
// count its versions as that one does (RHEL's and SUSE's kin, not Debian's).
bool meets(const platform::OperatingSystem& system, const SystemRequirement& requirement);

struct Requirements {
    std::vector<SystemRequirement> systems; // one of them; none: any
    std::vector<std::string> architectures; // likewise, as uname -m says: "x86_64"
};

// Told as a warning where it applies.
struct Advice {
    // Either: components that are all selected for one host,
    std::vector<std::string> together;
    // or: more than `at_most` nodes with component `of` for each with component `per`, or in the
    // whole cluster where `per` is empty; or fewer than `at_least` in the whole cluster. 0: no
    // bound.
    std::string of;
    std::string per;
    unsigned at_most = 0;
    unsigned at_least = 0;
    std::string says;
};

} // namespace locum::suite
