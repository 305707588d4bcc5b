#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/hops.hpp"

#include <list>

using namespace locum;
using namespace locum::testing;
using upgrade::Manifests;

namespace {

using Way = std::optional<std::vector<std::string>>;

// Manifests of versions, by name "VERSION SCHEMA FROM FROM…".
class Versions {
public:
    explicit Versions(const std::vector<std::vector<std::string>>& all) {
        for (const auto& words : all) {
            suite::Manifest& made = made_.emplace_back(small_manifest("2.0"));
            made.version = engine::Version::parse(words.at(0));
            made.schema = words.at(1);
            made.upgrades_from.assign(words.begin() + 2, words.end());
        }
    }
    const suite::Manifest& target() const { return made_.front(); }
    Manifests carried() const {
        Manifests carried;
        for (const suite::Manifest& one : made_)
            if (&one != &target())
                carried.push_back(&one);
        return carried;
    }
    // From there to the first version, through others.
    Way way(const std::string& version, const std::string& schema) const {
        const auto found =
            upgrade::hops(engine::Version::parse(version), schema, target(), carried());
        if (!found)
            return std::nullopt;
        std::vector<std::string> through;
        for (const std::size_t index : *found)
            through.push_back(carried().at(index)->version.text());
        return through;
    }

private:
    std::list<suite::Manifest> made_;
};

using Through = std::vector<std::string>;

} // namespace

TEST_CASE("hops: directly wherever the version itself upgrades the database") {
    const Versions two({{"2.0", "2", "1"}, {"1.5", "1.5", "1"}});
    CHECK(two.way("1.0", "1") == Way(Through{}));
    CHECK(two.way("1.9", "2") == Way(Through{}));
    CHECK(two.way("2.0", "2") == Way(Through{}));
    // What is older than the cluster is judged as ever: it is not gone to through others.
    CHECK(two.way("3.0", "3") == Way(Through{}));
}

TEST_CASE("hops: the fewest, by the newest versions, whatever the order of the bundle") {
    const Versions three({{"3.0", "3", "2", "2.5"},
                          {"2.5", "2.5", "2"},
                          {"1.5", "1.5", "1"},
                          {"2.0", "2", "1.5"},
                          {"1.7", "1.5", "1"}});
    CHECK(three.way("1.0", "1") == Way(Through{"1.7", "2.0"}));
    CHECK(three.way("1.6", "1.5") == Way(Through{"2.0"}));
    CHECK(three.way("2.1", "2") == Way(Through{}));
    // A long way that is there does not keep from a short one.
    const Versions both({{"4.0", "4", "3"},
                         {"2.0", "2", "1"},
                         {"2.5", "2.5", "2"},
                         {"3.0", "3", "2.5", "2"},
                         {"3.1", "3", "1"}});
    CHECK(both.way("1.0", "1") == Way(Through{"3.1"}));
    CHECK(both.way("2.0", "2") == Way(Through{"3.0"}));
}

TEST_CASE("hops: never back, and never through a version that is not before the target") {
    // 1.5 would lead there, but the cluster runs a later version on the schema of before.
    const Versions back({{"2.0", "2", "1.5"}, {"1.5", "1.5", "1"}});
    CHECK(back.way("1.0", "1") == Way(Through{"1.5"}));
    CHECK(back.way("1.6", "1") == std::nullopt);
    const Versions beyond({{"2.0", "2", "1.5"}, {"2.5", "1.5", "1"}});
    CHECK(beyond.way("1.0", "1") == std::nullopt);
    const Versions ring({{"9.0", "9", "8"}, {"2.0", "2", "3"}, {"3.0", "3", "2"}});
    CHECK(ring.way("1.0", "2") == std::nullopt);
}

TEST_CASE("hops: where there is no way, what is missing is named, and how it is made") {
    const Versions two({{"2.0", "2", "1.5", "1.6"}, {"1.2", "1.2", "1.1"}});
    CHECK(two.way("1.0", "1") == std::nullopt);
    const engine::Error error = upgrade::no_way("1", two.target(), two.carried());
    CHECK(error.kind() == engine::Kind::version_between);
    CHECK(std::string(error.what()) ==
          "the database has schema 1; version 2.0 can upgrade from 1.5, 1.6; none of those that "
          "it carries leads there: 1.2 (schema 1.2, from 1.1)");
    CHECK(error.remedy() == "upgrade first to a version with schema 1.5 or 1.6; or have the vendor "
                            "carry it in the bundle: locum bundle build … --via BUNDLE");
}

TEST_CASE("hops: the cluster after one is what its manifest says, with its agents") {
    upgrade::ClusterFacts facts = three_nodes();
    facts.copy_obstacles = {{"copy-type", engine::Severity::error, "a column", "", ""}};
    for (upgrade::NodeView& node : facts.nodes) {
        node.facts->program = installer::AgentProgram{};
        node.facts->program->version = "0.1.0";
        node.facts->program->system = "linux-x86_64";
    }
    facts.nodes[1].facts->program->version = "0.3.0";
    facts.nodes[2].facts.reset();
    suite::Manifest to = small_manifest("2.0");
    to.program = suite::Program{engine::Version::parse("0.2"), {{"linux-x86_64", "bin/locum"}}};
    const upgrade::ClusterFacts then = upgrade::after(facts, to, "m2");
    CHECK(then.version == "2.0");
    CHECK(then.schema == "2");
    CHECK(then.manifest == "m2");
    CHECK(then.copy_obstacles.empty());
    CHECK(then.nodes[0].facts->program->version == "0.2");
    CHECK(then.nodes[1].facts->program->version == "0.3.0");
    CHECK(then.nodes.size() == 3);
}
