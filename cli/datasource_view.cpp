#include "cli/datasource_view.hpp"

#include "cli/document.hpp"
#include "datasource/identity.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace locum::cli {

namespace {

std::string_view name_of(DatasourceState state) {
    return state == DatasourceState::active        ? "active"
           : state == DatasourceState::deactivated ? "deactivated"
           : state == DatasourceState::unknown     ? "unknown"
                                                   : "kept";
}

std::string_view type_of(const datasource::Settings& settings) {
    return settings.kind == datasource::Kind::sqlite ? "embedded" : "postgresql";
}

} // namespace

std::string datasources_text(const std::vector<ShownDatasource>& shown) {
    std::vector<std::array<std::string, 5>> rows{
        {"NAME", "STATE", "TYPE", "WHERE", "APPLICATION, LOCUM"}};
    for (const ShownDatasource& one : shown) {
        const datasource::Settings& settings = one.datasource.settings;
        rows.push_back({one.datasource.name, std::string(name_of(one.state)),
                        std::string(type_of(settings)), datasource::place(settings),
                        settings.kind == datasource::Kind::sqlite
                            ? ""
                            : settings.application.user + ", " + settings.locum.user});
    }
    std::array<std::size_t, 5> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += fmt::format("{:<{}}  ", row[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string datasources_json(const std::vector<ShownDatasource>& shown) {
    nlohmann::json all = nlohmann::json::array();
    for (const ShownDatasource& one : shown) {
        const datasource::Settings& settings = one.datasource.settings;
        all.push_back({{"name", one.datasource.name},
                       {"state", name_of(one.state)},
                       {"type", type_of(settings)},
                       {"host", settings.host},
                       {"port", settings.port},
                       {"database", settings.database},
                       {"file", settings.file},
                       {"user", settings.application.user},
                       {"locum-user", settings.locum.user}});
    }
    return text_of(document("datasources", {{"datasources", all}}));
}

} // namespace locum::cli
