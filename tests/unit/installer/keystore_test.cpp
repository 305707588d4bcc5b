// A keystore of one cluster, and the next one that is made with it.

#include "cluster/membership.hpp"
#include "installer/install.hpp"
#include "installer/keystore.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using installer::Relation;
using installer::SecretSource;

namespace {

const engine::Secret passphrase("correct horse battery");

// The plan but for the steps that need an agent, and one at the end that does what the test says.
engine::Plan plan_of(const installer::Installation& installation,
                     const std::function<void()>& at_the_end) {
    engine::Plan plan;
    for (engine::PlannedStep& planned : installer::install_plan(installation).steps)
        if (!contains(planned.step.id, "agent/") && !contains(planned.step.id, "service/"))
            plan.steps.push_back(std::move(planned));
    plan.add({"end/test", "do what the test says", [] { return false; }, nullptr,
              [at_the_end](engine::Reporter&) {
                  at_the_end();
                  return std::string();
              },
              nullptr, engine::NothingToUndo{}},
             engine::OnFailure::undo_all);
    return plan;
}

struct Importing : Site {
    Importing() : Site({"server"}) { platform::remove_all(root()); }

    // Of a suite's seed; cheap to open.
    void store(const engine::Secret& seed, const std::string& suite = "small") const {
        platform::remove_all(file());
        token::make_keystore(suite, token::network_fingerprint("c", "p"), seed, passphrase, 14)
            .store(file());
    }
    std::string file() const { return folder() + "/other.keystore"; }

    void import(const engine::Secret& typed = passphrase) {
        installer::Answers& answers = installation().answers;
        answers.keystore = {file(), {SecretSource::From::prompt, "Passphrase", typed}, true};
        if (!contains(answers.text, "[keystore]"))
            answers.text += fmt::format(
                "[keystore]\nfile = \"{}\"\npassphrase = {{ prompt = true }}\n", file());
    }
    void look() {
        installation().facts =
            installer::gather_facts(installation().answers, installation().manifest(), layout());
    }
    void install(const std::function<void()>& at_the_end = [] {}) {
        engine::SilentReporter silent;
        installer::install(installation(), plan_of(installation(), at_the_end), {}, silent);
    }
    installer::Prepared prepare() const {
        return installer::prepare(installation().bundle.file(), installation().answers, root(),
                                  "/nowhere/locum");
    }
};

std::vector<std::string> names(const std::vector<engine::Finding>& findings) {
    std::vector<std::string> all;
    for (const engine::Finding& finding : findings)
        all.push_back(finding.name);
    return all;
}

} // namespace

TEST_CASE("keystore: a cluster that is created with another one's has its seed") {
    Importing first;
    first.install();
    const engine::Secret seed = cluster::load_suite_seed(first.layout());
    const token::Keystore exported = installer::current_keystore(first.layout(), passphrase);
    CHECK(exported.suite == "small");
    CHECK(exported.cost == token::keystore_cost);
    CHECK(exported.open(passphrase) == seed);

    Importing second;
    exported.store(second.file());
    second.import();
    CHECK(second.prepare().findings.empty());
    second.look();
    CHECK(contains(second.step("network/authority").says, "import the keystore " + second.file()));
    second.install();
    CHECK(cluster::load_suite_seed(second.layout()) == seed);
    CHECK(cluster::load_node_state(second.layout()).cluster_id !=
          cluster::load_node_state(first.layout()).cluster_id);

    Importing third;
    third.install();
    CHECK(!(cluster::load_suite_seed(third.layout()) == seed));
}

TEST_CASE("keystore: what cannot be imported is refused before anything is changed") {
    Importing site;
    const engine::Secret seed(std::string(token::seed_bytes, 's'));
    site.import();
    CHECK(error_of([&] { site.prepare(); }).kind() == Kind::usage); // there is none
    site.store(seed);
    site.import(engine::Secret("correct horse batterz"));
    const engine::Error wrong = error_of([&] { site.prepare(); });
    CHECK(wrong.kind() == Kind::not_trusted);
    CHECK(contains(wrong.what(), "does not open with this passphrase"));
    site.import();
    CHECK(site.prepare().findings.empty());
    site.installation().answers.keystore->warning_accepted = false;
    CHECK(names(site.prepare().findings) == std::vector<std::string>{"keystore-warning"});
    site.store(seed, "large");
    CHECK(names(site.prepare().findings) ==
          std::vector<std::string>{"keystore-warning", "keystore-suite"});
    platform::write_file(site.file(), platform::read_file(site.file()) + "\n", 0600);
    CHECK(contains(error_of([&] { site.prepare(); }).what(), "is cut"));
    CHECK(!platform::exists(site.root()));
}

TEST_CASE(
    "keystore: a host that is installed takes no other one, and the same one changes nothing") {
    Importing site;
    site.store(engine::Secret(std::string(token::seed_bytes, 's')));
    site.import();
    site.look();
    site.install();
    CHECK(site.prepare().relation == Relation::same);
    site.store(engine::Secret(std::string(token::seed_bytes, 'S')));
    const engine::Error other = error_of([&] { site.prepare(); });
    CHECK(other.kind() == Kind::refused);
    CHECK(contains(other.what(), "this host is node-1 already, with the seed "));
    CHECK(contains(other.remedy(), "leave [keystore] out of "));
    platform::remove_all(site.file()); // as one should, once it is imported
    CHECK(site.prepare().relation == Relation::same);
}

TEST_CASE("keystore: an installation that was cut off needs it to go on only until it is a node, "
          "and not at all to be taken back") {
    Importing site;
    site.store(engine::Secret(std::string(token::seed_bytes, 's')));
    site.import();
    site.look();
    const auto cut_before = [&](const std::string& id) {
        engine::Plan plan;
        for (engine::PlannedStep& planned : installer::install_plan(site.installation()).steps) {
            if (planned.step.id == id)
                planned.step.apply = [](engine::Reporter&) -> std::string { throw Killed{}; };
            plan.steps.push_back(std::move(planned));
        }
        engine::SilentReporter silent;
        CHECK_THROWS_AS(installer::install(site.installation(), plan, {}, silent), Killed);
    };
    cut_before("network/authority");
    const std::string kept = platform::read_file(site.file());
    platform::remove_all(site.file());
    CHECK(error_of([&] { site.prepare(); }).kind() == Kind::usage);
    platform::write_file(site.file(), kept, 0600);
    cut_before("datasource/registry");
    platform::remove_all(site.file());
    CHECK(site.prepare().relation == Relation::none);
    engine::SilentReporter silent;
    installer::roll_back(site.layout(), "", "/nowhere/locum", silent);
    CHECK(!platform::exists(site.root()));

    platform::write_file(site.file(), kept, 0600);
    cut_before("network/authority");
    platform::remove_all(site.file());
    installer::roll_back(site.layout(), "", "/nowhere/locum", silent);
    CHECK(!platform::exists(site.root()));
}

TEST_CASE("keystore: a node without a server has none to export") {
    Importing site;
    site.install();
    cluster::forget_authority(site.layout());
    const engine::Error error = error_of([&] { installer::require_seed(site.layout()); });
    CHECK(error.kind() == Kind::refused);
    CHECK(std::string(error.what()) == "node-1 runs no server, so it cannot export the keystore");
}
