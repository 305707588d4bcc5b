#pragma once
// What a test has to know of this system, by the same names in ../windows. CMake
// chooses.

#include <cstdlib>
#include <optional>
#include <string>

namespace locum::testing {

// Symbolic links can be made where these tests run.
constexpr bool has_links() {
    return true;
}

// nullopt: it is not set any more.
inline void set_variable(const std::string& name, const std::optional<std::string>& value) {
    if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
    else
        ::unsetenv(name.c_str());
}

} // namespace locum::testing
