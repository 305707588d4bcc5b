#pragma once
// What a test has to know of this system, by the same names in ../linux. CMake
// chooses.

#include <cstdlib>
#include <optional>
#include <string>

namespace locum::testing {

// Symbolic links can be made where these tests run. Wine makes none.
constexpr bool has_links = false;

// nullopt: it is not set any more. An empty one is not set, either.
inline void set_variable(const std::string& name, const std::optional<std::string>& value) {
    ::_putenv_s(name.c_str(), value.value_or("").c_str());
}

} // namespace locum::testing
