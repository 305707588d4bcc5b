#pragma once
// Why Windows neither removes nor replaces a file or a folder.

#include "engine/error.hpp"

#include <utility>

namespace locum::platform {

// Somebody has it open. Thrown by the functions of platform/files.hpp; on Linux by none.
class InUse : public engine::Error {
public:
    explicit InUse(engine::Error error) : engine::Error(std::move(error)) {}
};

} // namespace locum::platform
