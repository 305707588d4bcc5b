#pragma once
// A long text that a test expects, kept in a file beside the test.

#include "platform/files.hpp"
#include "tests/support/sources.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

namespace locum::testing {

// file: from the repository's root. With LOCUM_ACCEPT=1 in the environment the file is written
// anew; look at the difference before it is committed.
inline void check_golden(const std::string& text, const std::string& file) {
    const std::string path = source_file(file);
    if (std::getenv("LOCUM_ACCEPT") != nullptr) {
        platform::make_folders(platform::parent_of(path));
        platform::write_file(path, text, 0644);
        return;
    }
    INFO("LOCUM_ACCEPT=1 writes it anew: ", file);
    CHECK(text == platform::read_file(path));
}

} // namespace locum::testing
