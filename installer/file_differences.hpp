#pragma once
// Files on disk held against a signed list of them.

#include "suite/manifest.hpp"

#include <span>
#include <string>
#include <vector>

namespace locum::installer {

struct FileDifference {
    enum class What { missing, unexpected, content, permissions };
    std::string path; // below the folder; "" is the folder itself
    What what = What::missing;
    std::string found;                 // in words, with the path
    std::string expected;              // likewise
    const suite::File* file = nullptr; // as it is listed; none of what is unexpected
};

// files: sorted by path, as a manifest has them; the folder itself is expected with mode 0755.
// owner: user id of all of them. Size, mode and owner are compared first, then all contents by
// SHA-256. Sorted by path; what is in a missing or an unexpected folder is not told one by one.
std::vector<FileDifference> file_differences(const std::string& folder,
                                             std::span<const suite::File> files,
                                             std::uint32_t owner);

} // namespace locum::installer
