#include "examples/endpoint-manager/server/log.hpp"

#include <cstdio>

namespace endpoint {

void log(const std::string& text) {
    const std::string line = "endpoint-server: " + text + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace endpoint
