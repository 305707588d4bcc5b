// An installation from the bundle's file to its end: whom it trusts, how it goes on after a cut,
// and what a failure leaves.

#include "cluster/installed.hpp"
#include "cluster/node_state.hpp"
#include "installer/begun.hpp"
#include "installer/install.hpp"
#include "platform/lock.hpp"
#include "platform/system_folders.hpp"
#include "suite/layout.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using installer::Relation;

namespace {

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

// A host on which nothing was made yet.
struct Fresh : Site {
    Fresh() : Site({"server"}) { platform::remove_all(root()); }

    void install(const std::function<void()>& at_the_end) {
        engine::SilentReporter silent;
        installer::install(installation(), plan_of(installation(), at_the_end), {}, silent);
    }
    installer::Prepared prepare(const std::string& bundle) const {
        return installer::prepare(bundle, installation().answers, root(), "/nowhere/locum");
    }
    std::string begun() const { return layout().state_file("installation.json"); }
};

void nothing() {}

// Places all over a bundle: in each part's header, content and padding, and in what ends the file.
std::vector<std::size_t> places_in(const std::string& bundle) {
    namespace layout = suite::layout;
    std::vector<std::size_t> places;
    std::size_t at = 0;
    while (bundle[at] != '\0') { // a header begins with a name
        const std::size_t size = layout::read_size(bundle.substr(at, layout::block)).value();
        const std::size_t padding = layout::padding(size);
        for (std::size_t inside : {0U, 130U, 300U}) // name, size, what is zero
            places.push_back(at + inside);
        at += layout::block;
        if (size > 0)
            for (std::size_t inside : {std::size_t{0}, size / 3, size / 2, size - 1})
                places.push_back(at + inside);
        at += size + padding;
        if (padding > 0)
            places.push_back(at - 1);
    }
    places.insert(places.end(), {at, bundle.size() - 1});
    return places;
}

} // namespace

TEST_CASE("install: to its end, nothing says that it goes on") {
    Fresh site;
    site.install(nothing);
    CHECK(!platform::exists(site.begun()));
    CHECK(platform::exists(site.token()));
    CHECK(platform::has_mode(permissions(site.layout().state()), 0700));
    CHECK(cluster::load_node_state(site.layout()).name == "node-1");
}

TEST_CASE("install: a failure leaves the host as it was, to the last folder") {
    Fresh site;
    const engine::Error error =
        error_of([&] { site.install([] { throw engine::Error("no", Kind::refused); }); });
    CHECK(error.kind() == Kind::refused);
    CHECK(!platform::exists(site.root()));
    CHECK(!platform::exists(site.token()));
    // And it can be begun again.
    site.install(nothing);
    CHECK(platform::exists(site.token()));
}

TEST_CASE("install: cancelled, everything is taken back") {
    Fresh site;
    engine::SilentReporter silent;
    const engine::Error error = error_of([&] {
        installer::install(
            site.installation(), plan_of(site.installation(), nothing),
            [&] { return platform::exists(site.layout().state_file("node.json")); }, silent);
    });
    CHECK(error.kind() == Kind::cancelled);
    CHECK(!platform::exists(site.root()));
}

TEST_CASE("install: what cannot be undone keeps its journal, and goes on with the same answers") {
    Fresh site;
    engine::Plan plan = plan_of(site.installation(), [] { throw engine::Error("no"); });
    plan.steps[0].step.undo =
        engine::Undo{[](const std::string&) { throw engine::Error("these folders stay"); }};
    engine::SilentReporter silent;
    const engine::Error error =
        error_of([&] { installer::install(site.installation(), plan, {}, silent); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(contains(error.what(), "these folders stay"));
    CHECK(platform::exists(site.begun()));
    site.install(nothing);
    CHECK(!platform::exists(site.begun()));
}

TEST_CASE("install: cut off, it is taken up with the same inputs and with no others") {
    Fresh site;
    CHECK_THROWS_AS(site.install([] { throw Killed{}; }), Killed);
    REQUIRE(platform::exists(site.begun()));
    const std::string bundle = site.installation().bundle.file();
    CHECK(site.prepare(bundle).relation == Relation::none);
    CHECK(site.prepare(bundle).findings.empty()); // its own token and registry are no obstacles

    const std::string answers = site.installation().answers.text;
    site.installation().answers.text += "# changed\n";
    const std::string before = site.world();
    const engine::Error error = error_of([&] { site.install(nothing); });
    CHECK(error.kind() == Kind::unfinished);
    CHECK(contains(error.what(), "other inputs:\n  answers: + now # changed"));
    CHECK(contains(error.remedy(), "locum install --rollback --root " + site.root()));
    CHECK(site.world() == before);

    site.installation().answers.text = answers;
    const std::string cluster_id = cluster::load_node_state(site.layout()).cluster_id;
    site.install(nothing);
    CHECK(!platform::exists(site.begun()));
    CHECK(cluster::load_node_state(site.layout()).cluster_id == cluster_id); // made once
}

TEST_CASE("install: cut off and taken up, a failure still leaves the host as it was") {
    Fresh site;
    CHECK_THROWS_AS(site.install([] { throw Killed{}; }), Killed);
    CHECK_THROWS_AS(site.install([] { throw engine::Error("no"); }), engine::Error);
    CHECK(!platform::exists(site.root()));
    CHECK(!platform::exists(site.token()));
}

TEST_CASE("install --rollback: what was cut off is taken back with the inputs that were kept") {
    Fresh site;
    engine::SilentReporter silent;
    auto roll_back = [&](const std::string& bundle) {
        installer::roll_back(site.layout(), bundle, "/nowhere/locum", silent);
    };
    CHECK(error_of([&] { roll_back(""); }).kind() == Kind::usage);
    CHECK(error_of([&] {
              installer::only_begun_suite(site.root(), installer::Begun::What::installation);
          }).kind() == Kind::usage);
    CHECK_THROWS_AS(site.install([] { throw Killed{}; }), Killed);
    CHECK(installer::only_begun_suite(site.root(), installer::Begun::What::installation) ==
          "small");
    // The bundle has gone elsewhere meanwhile.
    const std::string bundle = site.installation().bundle.file();
    std::filesystem::rename(bundle, site.folder() + "/moved.bundle");
    const engine::Error error = error_of([&] { roll_back(""); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.what(), bundle));
    CHECK(platform::exists(site.begun()));
    roll_back(site.folder() + "/moved.bundle");
    CHECK(!platform::exists(site.root()));
    CHECK(!platform::exists(site.token()));
}

TEST_CASE("install: the differences of inputs are told by line") {
    installer::Begun begun;
    begun.manifest = "aa";
    begun.bundle = "/one.bundle";
    begun.answers_text = "format = 1\nsuite = \"a\"\n";
    installer::Begun now = begun;
    now.answers_text = "format = 1\nsuite = \"b\"\n";
    CHECK(installer::differences(begun, now) ==
          std::vector<std::string>{"answers: - begun with suite = \"a\"",
                                   "answers: + now suite = \"b\""});
    now = begun;
    now.manifest = "bb";
    now.bundle = "/two.bundle";
    CHECK(installer::differences(begun, now) ==
          std::vector<std::string>{"bundle: begun with /one.bundle (manifest aa), now /two.bundle "
                                   "(manifest bb)"});
}

TEST_CASE("install: one at a time on a host") {
    Fresh site;
    platform::make_guarded_folders(site.root(), "small");
    platform::make_folders(site.layout().state(), 0700);
    const platform::Lock lock =
        platform::Lock::take(site.layout().state_file("host.lock"), "install");
    const std::string before = site.world();
    const engine::Error error = error_of([&] { site.install(nothing); });
    CHECK(error.kind() == Kind::busy);
    CHECK(site.world() == before);
}

TEST_CASE("prepare: a new host, and nothing is changed by looking") {
    Fresh site;
    const installer::Prepared prepared = site.prepare(site.installation().bundle.file());
    CHECK(prepared.relation == Relation::none);
    CHECK(prepared.findings.empty());
    CHECK(prepared.installation.first());
    CHECK(!platform::exists(site.root()));
}

TEST_CASE("prepare: a bundle with one changed byte is refused, and nothing comes into existence") {
    Fresh site;
    const std::string file = site.installation().bundle.file();
    const std::string bundle = platform::read_file(file);
    const std::vector<std::size_t> places = places_in(bundle);
    CHECK(places.size() >= 60);
    for (const std::size_t at : places) {
        CAPTURE(at);
        std::string changed = bundle;
        changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
        platform::write_file(file, changed, 0644);
        const std::string before = fingerprint(site.folder());
        const engine::Error error = error_of([&] { site.prepare(file); });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK(!error.remedy().empty());
        CHECK(fingerprint(site.folder()) == before);
        CHECK(!platform::exists(site.root()));
    }
    platform::write_file(file, bundle, 0644);
    CHECK(site.prepare(file).findings.empty());
}

TEST_CASE("prepare: only the key that was named, and the node's own once there is a node") {
    Fresh site;
    const std::string bundle = site.installation().bundle.file();
    const std::string another = Vendor(site.folder() + "/another").key().hex();
    const std::string own = site.vendor().key().hex();
    site.installation().answers.trusted_key = another;
    CHECK(error_of([&] { site.prepare(bundle); }).kind() == Kind::not_trusted);
    site.installation().answers.trusted_key.clear();
    const engine::Error none = error_of([&] { site.prepare(bundle); });
    CHECK(none.kind() == Kind::usage);
    CHECK(contains(none.remedy(), "trusted-key"));

    site.installation().answers.trusted_key = own;
    site.install(nothing);
    site.installation().answers.trusted_key.clear();
    CHECK(site.prepare(bundle).relation == Relation::same);
    site.installation().answers.trusted_key = another;
    const engine::Error two = error_of([&] { site.prepare(bundle); });
    CHECK(two.kind() == Kind::not_trusted);
    CHECK(contains(two.what(), site.vendor().key().fingerprint()));
    CHECK(contains(two.what(), suite::PublicKey::parse(another).fingerprint()));
}

TEST_CASE("prepare: the same version, a newer one, and an older one (R1.28)") {
    Fresh site;
    site.install(nothing);
    CHECK(site.prepare(site.installation().bundle.file()).relation == Relation::same);
    CHECK(site.prepare(site.vendor().build("2.0")).relation == Relation::newer);
    CHECK(site.prepare(site.vendor().build("0.9")).relation ==
          Relation::newer); // of the same schema
    cluster::NodeState node = cluster::load_node_state(site.layout());
    engine::SilentReporter silent;
    cluster::stage(suite::Bundle::open(site.vendor().build("2.0"), site.vendor().key()),
                   site.layout(), {"server"}, silent, "stage");
    node.version = "2.0";
    cluster::store_node_state(site.layout(), node);
    const engine::Error error = error_of([&] { site.prepare(site.installation().bundle.file()); });
    CHECK(error.kind() == Kind::refused);
    CHECK(std::string(error.what()) == "version 1.0 over 2.0 goes back from schema 2 to 1");
    CHECK(!error.remedy().empty());
}

TEST_CASE("prepare: answers for another suite") {
    Fresh site;
    site.installation().answers.suite = "large";
    const engine::Error error = error_of([&] { site.prepare(site.installation().bundle.file()); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.what(), "small"));
    CHECK(contains(error.what(), "large"));
}
