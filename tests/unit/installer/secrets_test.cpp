// Shared secrets in the configurations of a node, and in nothing that is told or recorded.

#include "cluster/shared_secrets.hpp"
#include "installer/config_files.hpp"
#include "installer/rendering.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/site.hpp"

#include <boost/algorithm/string/replace.hpp>

using namespace locum;
using namespace locum::testing;

namespace {

// check: of the server's configuration, as the manifest has it.
std::map<std::string, std::string> texts(const std::string& check = "") {
    const std::string mode = "to = \"{etc}/server.conf\"\nmode = \"0600\"\n";
    std::string toml = small_suite_toml("1.0") + R"([secrets]
own = { form = "hex", bytes = 16, components = ["server"] }
common = { form = "base64", bytes = 32, components = ["server", "balancer"] }
)";
    REQUIRE(contains(toml, mode));
    boost::algorithm::replace_first(toml, mode, mode + check);
    return {{"suite.toml", toml},
            {"server.conf.in", "own = {secret.own}\ncommon = {secret.common}\n"},
            {"balancer.conf.in", "common = {secret.common}\n"}};
}

struct Secretive : Site {
    explicit Secretive(const std::string& check = "") : Site({"server", "balancer"}, texts(check)) {
        run_until("files/config-server");
    }
    std::string value(const std::string& name) const {
        return cluster::secrets_of(layout(), installation().manifest(), "server").at(name).reveal();
    }
    std::string written(const std::string& component) const {
        engine::SilentReporter silent;
        CHECK(step("files/config-" + component).apply(silent) == "");
        const std::string file = layout().etc() + "/" + component + ".conf";
        CHECK((permissions(file) & 0007) == 0);
        return platform::read_file(file);
    }
};

} // namespace

TEST_CASE("configurations have the secrets of their components, the same in all") {
    const Secretive site;
    CHECK(site.written("server") ==
          "own = " + site.value("own") + "\ncommon = " + site.value("common") + "\n");
    CHECK(site.written("balancer") == "common = " + site.value("common") + "\n");
    CHECK(site.value("own").size() == 32);
    CHECK(site.value("common").size() == 44);
    CHECK(site.value("own") != Secretive().value("own")); // another cluster
}

TEST_CASE("services, probes and the step's journal hold no secret") {
    const Secretive site;
    const auto node = cluster::load_node_state(site.layout());
    std::string text = site.step("files/config-server").remember();
    for (const char* component : {"server", "balancer"}) {
        for (const auto& spec : installer::service_specs(site.layout(), node,
                                                         site.installation().manifest(), component))
            for (const std::string& word : spec.argv)
                text += word + "\n";
        for (const auto& probe : installer::probe_targets(
                 site.layout(), node, site.installation().manifest(), component, std::nullopt)) {
            if (const auto* http = std::get_if<cluster::HttpTarget>(&probe.how))
                text += http->url + "\n";
            if (const auto* tcp = std::get_if<cluster::TcpTarget>(&probe.how))
                text += tcp->address + "\n";
        }
    }
    for (const std::string& line : engine::lines(installer::install_plan(site.installation())))
        text += line + "\n";
    CHECK(contains(text, "server.conf"));
    for (const char* name : {"own", "common"})
        CHECK(!contains(text, site.value(name)));
}

TEST_CASE("what a check says of a configuration is told without its secrets") {
    const Secretive site("check = [\"" + built("unit-platform-child") +
                         "\", \"show\", \"{file}\", \"exit\", \"1\"]\n");
    engine::SilentReporter silent;
    const engine::Error error = error_of([&] { site.step("files/config-server").apply(silent); });
    CHECK(contains(error.what(), "own = {secret.own}"));
    CHECK(contains(error.what(), "common = {secret.common}"));
    for (const char* name : {"own", "common"})
        CHECK(!contains(error.what(), site.value(name)));
}

TEST_CASE("what a check says of a configuration is told without the datasource's password") {
    const Secretive site("check = [\"" + built("unit-platform-child") +
                         "\", \"show\", \"{file}\", \"exit\", \"1\"]\n");
    datasource::Settings settings;
    settings.application.password = engine::Secret("pa55word");
    std::vector<installer::Rendered> files = installer::render_configs(
        site.layout(), cluster::load_node_state(site.layout()),
        cluster::InstalledVersion(site.layout(), "1.0"), "server", settings, {});
    REQUIRE(files.size() == 1);
    files[0].content = "password = pa55word\n";
    const engine::Error error = error_of([&] { installer::check_configs(files); });
    CHECK(contains(error.what(), "password = {datasource.password}"));
    CHECK(!contains(error.what(), "pa55word"));
}
