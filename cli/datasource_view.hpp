#pragma once
// What `locum datasource list` shows, as text and as JSON; never a password.

#include "cluster/datasources.hpp"

#include <string>
#include <vector>

namespace locum::cli {

enum class DatasourceState { active, deactivated, kept };

struct ShownDatasource {
    cluster::NamedDatasource datasource;
    DatasourceState state = DatasourceState::kept;
};

std::string datasources_text(const std::vector<ShownDatasource>& shown);
std::string datasources_json(const std::vector<ShownDatasource>& shown);

} // namespace locum::cli
