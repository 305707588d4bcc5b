#pragma once
// Files of the repository that tests read.

#include <string>

namespace locum::testing {

// Absolute, as the test's system has it; path: from the repository's root. Defined once for all
// tests: where the repository is is in no other object file, so that those of another clone are the
// same.
std::string source_file(const std::string& path);

} // namespace locum::testing
