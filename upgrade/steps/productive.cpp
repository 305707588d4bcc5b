#include "upgrade/steps/productive.hpp"

#include "datasource/migration.hpp"

namespace locum::upgrade::steps {

std::unique_ptr<datasource::Connection> connect(const Upgrade& upgrade) {
    datasource::ConnectOptions options;
    options.lock_timeout = std::chrono::seconds(5);
    return datasource::connect(upgrade.settings, upgrade.settings.locum, options);
}

const suite::Engine& engine_of(const Upgrade& upgrade) {
    return upgrade.manifest().database.engines.at(upgrade.settings.kind);
}

std::string schema_of(const Upgrade& upgrade) {
    return datasource::schema_version(*connect(upgrade), engine_of(upgrade).version).value_or("");
}

} // namespace locum::upgrade::steps
