#include "tests/integration/endpoint-manager/fixture.hpp"

#include "datasource/migration.hpp"
#include "platform/files.hpp"
#include "tests/support/migrations.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/sources.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <stdexcept>
#include <thread>

namespace endpoint::testing {

using namespace locum;

std::string source(const std::string& path) {
    return locum::testing::source_file("examples/endpoint-manager/" + path);
}

std::string program(const std::string& name) {
    return locum::testing::built(name);
}

void await(const std::string& what, const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("not within ten seconds: " + what);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void migrate(datasource::Connection& connection, const datasource::Settings& settings,
             const std::string& from, const std::string& to) {
    const std::string name = (from.empty() ? to : from + "-" + to) + ".sql";
    const std::string path =
        fmt::format("migrations/{}/{}", datasource::name(connection.kind()), name);
    const datasource::Migration step =
        sql_migration(from, to, platform::read_file(source(path)), name);
    datasource::migrate(
        connection, {step},
        {"SELECT version FROM schema_version", "UPDATE schema_version SET version = $1"},
        [&settings](datasource::Connection& inside) {
            datasource::name_application(inside, settings);
        });
}

std::int64_t LoadResult::operator[](const char* figure) const {
    return figures->at(figure).get<std::int64_t>();
}

Suite::Suite() :
    folder_(platform::make_temporary_folder(std::filesystem::temp_directory_path(),
                                            "endpoint-manager-")) {}

Suite::~Suite() {
    platform::remove_all(folder_);
}

datasource::Settings Suite::make_sqlite(const std::string& name) const {
    datasource::Settings settings;
    settings.kind = datasource::Kind::sqlite;
    settings.file = folder_ + "/" + name;
    datasource::ConnectOptions options;
    options.create = true;
    migrate(*datasource::connect_file(settings.file, options), settings, "", "1.0");
    return settings;
}

Process Suite::launch(const std::string& name, const std::string& version,
                      const datasource::Settings& settings, std::int64_t snapshot_ms,
                      const load::Front& front) {
    suite::Scope scope;
    scope.variables = {{"component.dir", folder_ + "/server"},
                       {"node.address", front.address},
                       {"node.name", name},
                       {"node.mode", snapshot_ms == 0 ? "normal" : "update"},
                       {"port.device", std::to_string(front.port)},
                       {"copy.snapshot_ms", std::to_string(snapshot_ms)},
                       {"datasource", std::string(datasource::name(settings.kind))},
                       {"datasource.host", settings.host},
                       {"datasource.port", std::to_string(settings.port)},
                       {"datasource.database", settings.database},
                       {"datasource.user", settings.application.user},
                       {"datasource.password", settings.application.password.reveal()},
                       {"datasource.file", settings.file}};
    const std::string config = folder_ + "/" + name + ".conf";
    platform::write_file(config,
                         suite::render(platform::read_file(source("templates/server.conf.in")),
                                       scope, "server.conf.in"),
                         0600);
    return {{program("endpoint-server-" + version), "--config", config},
            folder_ + "/" + name + ".log"};
}

Node Suite::start(const std::string& name, const std::string& version,
                  const datasource::Settings& settings, std::int64_t snapshot_ms) {
    const load::Front front{"127.0.0.1", free_port()};
    Node node{name, front, launch(name, version, settings, snapshot_ms, front)};
    load::HttpClient client(front);
    await(name + " answers its probe", [&] {
        if (!node.process.running())
            throw std::runtime_error(name + " ended: " + node.process.log());
        try {
            return client.exchange("GET", "/probe").body == "ok " + version + "\n";
        } catch (const load::TransportError&) {
            return false; // not listening yet
        }
    });
    return node;
}

Process Suite::launch_load(const std::vector<load::Front>& fronts,
                           const std::vector<std::string>& options) {
    const std::string base = fmt::format("{}/load-{}", folder_, ++loads_);
    stop_file_ = base + ".stop";
    out_file_ = base + ".json";
    std::vector<std::string> argv{
        program("endpoint-load"), "--stop-file", stop_file_, "--out", out_file_, "--events",
        base + ".events"};
    for (const load::Front& front : fronts) {
        argv.emplace_back("--front");
        argv.push_back(front.text());
    }
    argv.insert(argv.end(), options.begin(), options.end());
    Process load(std::move(argv), base + ".log");
    await("the load runs for a second", [&] {
        if (!load.running())
            throw std::runtime_error("endpoint-load ended: " + load.log());
        return platform::exists(base + ".events") && !platform::read_file(base + ".events").empty();
    });
    return load;
}

LoadResult Suite::finish(Process& load) {
    platform::write_file(stop_file_, "", 0600);
    LoadResult result;
    result.exit_code = load.wait(std::chrono::seconds(60));
    result.errors = load.log();
    if (!platform::exists(out_file_))
        throw std::runtime_error("no figures: " + result.errors);
    result.figures = std::make_shared<const nlohmann::json>(
        nlohmann::json::parse(platform::read_file(out_file_)));
    return result;
}

LoadResult Suite::run_load(const std::vector<load::Front>& fronts, int seconds) {
    Process load = launch_load(fronts, {"--min-seconds", std::to_string(seconds)});
    return finish(load);
}

} // namespace endpoint::testing
