#pragma once
// What is in a folder, as the system lists it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

struct Found {
    std::string name;
    unsigned long attributes = 0; // FILE_ATTRIBUTE_…
    std::uint64_t size = 0;
};

// In no order, without "." and ".."; nullopt: nothing is there. Throws Error for what is no folder.
std::optional<std::vector<Found>> names_in(const std::string& folder);

} // namespace locum::platform
