#include "installer/probing.hpp"

#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "cluster/supervisor.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

// The small suite, where the server's one probe is a statement.
std::string with_sql_probe() {
    std::string text = small_suite_toml("1.0");
    const std::size_t begin = text.find("[[probes]]"), end = text.find("[balancing]");
    return text.replace(begin, end - begin,
                        "[[probes]]\ncomponent = \"server\"\nname = \"schema\"\n"
                        "sql = \"SELECT version FROM schema_version\"\noutput = \"1\"\n");
}

struct Probed : Site {
    cluster::Supervisor supervisor{folder() + "/services", [](const cluster::ServiceSpec&) {
                                       return std::optional<std::string>();
                                   }};
    std::mutex mutex;
    cluster::Node node{layout(), supervisor, mutex};

    Probed() : Site({"server"}, {{"suite.toml", with_sql_probe()}}) { run_until("agent/start"); }

    std::string why() { return installer::unwell(node, "1.0", "server").value_or(""); }
    const datasource::Settings& settings() const { return *installation().facts.datasource; }
    void set_fence(const std::string& by) const {
        cluster::Store store(settings(), "small");
        cluster::Registry(store).set_fact(cluster::fact::fence, by);
    }
};

} // namespace

TEST_CASE("probing: a statement is asked of the productive database, but not behind its fence") {
    Probed site;
    CHECK(site.why() == "");
    site.set_fence("upgrade-1");
    CHECK(site.why() == "probe schema: operation upgrade-1 fences the productive database");
    site.set_fence("");
    datasource::connect(site.settings(), site.settings().locum)
        ->script("UPDATE schema_version SET version = '2'");
    CHECK(site.why() == "probe schema: the statement gave \"2\"; expected \"1\"");
}

TEST_CASE("probing: in update mode the copy is asked, fence or not") {
    Probed site;
    site.set_fence("upgrade-1");
    const std::string copy = site.folder() + "/copy.sqlite";
    site.node.change([&](cluster::NodeState& state) {
        state.mode = cluster::Mode::update;
        state.copy = cluster::NodeCopy{copy, 1, "upgrade-1", "1"};
    });
    CHECK(contains(site.why(), "probe schema: there is no database file " + copy));
    datasource::ConnectOptions options;
    options.create = true;
    datasource::connect_file(copy, options)
        ->script("CREATE TABLE schema_version (version text); "
                 "INSERT INTO schema_version VALUES ('1')");
    CHECK(site.why() == "");
}

TEST_CASE("probing: a registry that cannot be asked is a reason, and no exception") {
    Probed site;
    const std::string registry = cluster::registry_file(site.settings());
    platform::remove_all(registry);
    platform::make_folders(registry);
    CHECK(contains(site.why(), "probe schema: the registry cannot be asked: "));
}
