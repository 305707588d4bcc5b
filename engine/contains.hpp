#pragma once
// Whether a list has a text.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace locum::engine {

inline bool contains(const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace locum::engine
