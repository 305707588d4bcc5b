#pragma once
// What `locum datasource list` shows, as text and as JSON; never a password.

#include "cluster/datasources.hpp"

#include <string>
#include <vector>

namespace locum::cli {

// unknown: the active one, whose database is away, so that nobody can tell whether it is
// deactivated.
enum class DatasourceState { active, deactivated, unknown, kept };

struct ShownDatasource {
    cluster::NamedDatasource datasource;
    DatasourceState state = DatasourceState::kept;
};

std::string datasources_text(const std::vector<ShownDatasource>& shown);
std::string datasources_json(const std::vector<ShownDatasource>& shown);

} // namespace locum::cli
