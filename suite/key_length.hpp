#pragma once
// Within suite/ only: how deep a TOML text nests by its keys.

#include "suite/document.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace locum::suite {

// More than any key of Locum's own; the library limits what arrays and inline tables nest.
constexpr std::size_t most_key_parts = 8;

// Where a key of more parts ("a.b.c" has three) begins to be too long. Each part is a table in the
// one before, and who walks through tables calls himself for each: without a limit a text could
// bring the stack to its end.
std::optional<Place> too_long_key(std::string_view toml);

} // namespace locum::suite
