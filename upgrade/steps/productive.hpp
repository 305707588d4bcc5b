#pragma once
// The productive database as the steps on it open it, with Locum's account.

#include "datasource/connection.hpp"
#include "upgrade/conductor.hpp"

#include <memory>
#include <string>

namespace locum::upgrade::steps {

// Waits for a lock for 5 s at most.
std::unique_ptr<datasource::Connection> connect(const Upgrade& upgrade);
// What the new version's manifest says of its engine.
const suite::Engine& engine_of(const Upgrade& upgrade);
// The schema version; "": none.
std::string schema_of(const Upgrade& upgrade);

} // namespace locum::upgrade::steps
