#include "tests/support/sources.hpp"

namespace locum::testing {

std::string source_file(const std::string& path) {
    return LOCUM_SOURCE_DIR "/" + path;
}

} // namespace locum::testing
