#pragma once
// This process's own variables, as this system has them; of the same name in ../linux. CMake
// chooses.

#include <cstdlib>
#include <optional>
#include <string>

namespace locum::testing {

// nullopt: it is not set any more. An empty one is not set, either.
inline void set_variable(const std::string& name, const std::optional<std::string>& value) {
    ::_putenv_s(name.c_str(), value.value_or("").c_str());
}

} // namespace locum::testing
