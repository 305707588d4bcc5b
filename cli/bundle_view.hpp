#pragma once
// What a bundle says of itself, in the two forms in which it is shown.

#include "suite/bundle.hpp"

#include <nlohmann/json.hpp>

namespace locum::cli {

// docs/schemas/bundle.json, but for its kind and format.
nlohmann::json bundle_value(const suite::Inspection& inspection);
// The same to standard output, for people.
void print_bundle(const nlohmann::json& value);

} // namespace locum::cli
