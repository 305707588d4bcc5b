#include "cli/datasource_view.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

using namespace locum;
using cli::DatasourceState;

namespace {

std::vector<cli::ShownDatasource> two() {
    datasource::Settings server;
    server.kind = datasource::Kind::postgresql;
    server.host = "2001:db8::10";
    server.port = 5432;
    server.database = "endpoint";
    server.application = {"app", engine::Secret("app-password")};
    server.locum = {"locum", engine::Secret("locum-password")};
    datasource::Settings embedded;
    embedded.file = "/var/opt/small/data.sqlite";
    return {{{"productive", server}, DatasourceState::active},
            {{"trial", embedded}, DatasourceState::kept}};
}

} // namespace

TEST_CASE("datasource list: what there is, and never a password") {
    CHECK(cli::datasources_text(two()) ==
          "NAME        STATE   TYPE        WHERE                         APPLICATION, LOCUM\n"
          "productive  active  postgresql  [2001:db8::10]:5432/endpoint  app, locum\n"
          "trial       kept    embedded    /var/opt/small/data.sqlite\n");
    const std::string text = cli::datasources_json(two());
    CHECK(text.find("password") == std::string::npos);
    const nlohmann::json value = nlohmann::json::parse(text);
    CHECK(value.at("kind") == "datasources");
    CHECK(value.at("datasources")[0].at("user") == "app");
    CHECK(value.at("datasources")[1].at("state") == "kept");
}

TEST_CASE("datasource list: the active one of a database that is away is not said to be active") {
    std::vector<cli::ShownDatasource> shown = two();
    shown[0].state = DatasourceState::unknown;
    CHECK(nlohmann::json::parse(cli::datasources_json(shown)).at("datasources")[0].at("state") ==
          "unknown");
}
