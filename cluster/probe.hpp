#pragma once
// Health probes over the network.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace locum::cluster {

struct ProbeTarget {
    std::string name;
    std::string url;     // http://host:port/path; empty: a TCP connection to address is enough
    std::string address; // host:port
    unsigned status = 200;
    std::string body; // contained in the answer; empty: any
};

// nullopt: well; else what was found and what was expected, in one sentence.
std::optional<std::string> ask(const ProbeTarget& target, std::chrono::milliseconds limit);

} // namespace locum::cluster
