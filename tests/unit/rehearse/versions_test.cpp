#include "rehearse/versions.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;

namespace {

// Two bundles, and the sources that they were built from.
struct Suites {
    Scratch folder;
    Vendor vendor{folder.path()};
    std::string old_bundle = vendor.build("1.0");
    std::string new_bundle = vendor.build("2.0");
    std::string old_source = folder / "source-1.0";
    std::string new_source = folder / "source-2.0";
    std::string work = folder / "work";

    Suites() { platform::make_folders(work); }
    rehearse::Options options(const std::string& before, const std::string& after,
                              const std::string& key) const {
        rehearse::Options made;
        made.before = before;
        made.after = after;
        made.key = key;
        return made;
    }
    Kind refused(const std::string& before, const std::string& after,
                 const std::string& key) const {
        return error_of([&] { rehearse::read_versions(options(before, after, key), work); }).kind();
    }
};

} // namespace

TEST_CASE("versions: bundles with the key that signed them") {
    const Suites suites;
    const rehearse::Versions versions = rehearse::read_versions(
        suites.options(suites.old_bundle, suites.new_bundle, suites.vendor.key().hex()),
        suites.work);
    CHECK(versions.before.version.text() == "1.0");
    CHECK(versions.after.version.text() == "2.0");
    CHECK(versions.before_file == suites.old_bundle);
    CHECK(suites.refused(suites.old_bundle, suites.new_bundle, "") == Kind::usage);
    CHECK(suites.refused(suites.old_bundle, suites.new_bundle,
                         suite::SigningKey::generate().public_key().hex()) == Kind::not_trusted);
}

TEST_CASE("versions: sources are built with a key of their own") {
    const Suites suites;
    const rehearse::Versions versions = rehearse::read_versions(
        suites.options(suites.old_source, suites.new_source + "/suite.toml", ""), suites.work);
    CHECK(versions.after.version.text() == "2.0");
    CHECK(suite::Bundle::open(versions.after_file, versions.key).manifest().name == "small");
    CHECK(suites.refused(suites.old_source, suites.new_source, suites.vendor.key().hex()) ==
          Kind::usage);
}

TEST_CASE("versions: nothing there, one of each sort, no suite") {
    const Suites suites;
    const std::string key = suites.vendor.key().hex();
    CHECK(suites.refused(suites.folder / "missing", suites.new_bundle, key) == Kind::usage);
    CHECK(suites.refused(suites.old_bundle, suites.new_source, key) == Kind::usage);
    CHECK(suites.refused(suites.new_source, suites.old_bundle, key) == Kind::usage);
    platform::write_file(suites.folder / "suite.toml", "format = 1\n", 0644);
    CHECK(suites.refused(suites.old_source, suites.folder / "suite.toml", "") == Kind::usage);
}
