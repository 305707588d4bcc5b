#include "engine/locum_version.hpp"

namespace locum::engine {

const char* locum_version() {
    return LOCUM_VERSION;
}

} // namespace locum::engine
