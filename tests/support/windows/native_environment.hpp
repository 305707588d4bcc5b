#pragma once
// What a test has to know of this system, by the same names in ../linux. CMake
// chooses.

#include "platform/files.hpp"
#include "platform/windows/reparse.hpp"

#include <cstdlib>
#include <optional>
#include <string>

namespace locum::testing {

// Symbolic links can be made where these tests run: by an administrator or in developer mode; Wine
// makes none.
inline bool has_links() {
    static const bool has = [] {
        const std::string folder =
            platform::make_temporary_folder(platform::temporary_folder(), "locum-links-");
        bool made = true;
        try {
            platform::make_symbolic_link(folder + "/link", "target", false);
        } catch (const engine::Error&) {
            made = false;
        }
        platform::remove_all(folder);
        return made;
    }();
    return has;
}

// nullopt: it is not set any more. An empty one is not set, either.
inline void set_variable(const std::string& name, const std::optional<std::string>& value) {
    ::_putenv_s(name.c_str(), value.value_or("").c_str());
}

} // namespace locum::testing
