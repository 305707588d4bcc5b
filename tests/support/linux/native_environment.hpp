#pragma once
// This process's own variables, as this system has them; of the same name in ../windows. CMake
// chooses.

#include <cstdlib>
#include <optional>
#include <string>

namespace locum::testing {

// nullopt: it is not set any more.
inline void set_variable(const std::string& name, const std::optional<std::string>& value) {
    if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
    else
        ::unsetenv(name.c_str());
}

} // namespace locum::testing
