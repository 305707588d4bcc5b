#include "platform/guarded_folder.hpp"
#include "platform/native.hpp"
#include "platform/new_file.hpp"
#include "platform/system_folders.hpp"
#include "tests/support/scratch.hpp"

#include <set>

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

TEST_CASE("a suite's folders are below the root, each a place of its own") {
    const std::string root = temporary_folder() + "/root";
    const SuiteFolders folders = suite_folders(root, "small");
    const std::vector<std::string> all{folders.product, folders.configurations, folders.data,
                                       folders.run,     folders.state,          folders.logs};
    for (const std::string& one : all)
        for (const std::string& other : all) {
            CHECK(one.starts_with(root + "/"));
            CHECK((&one == &other || !(other + "/").starts_with(one + "/")));
        }
    CHECK(folders.state == folder_of_states(root) + "/small");
    CHECK(folders.logs == folder_of_logs(root) + "/small");
    for (const std::string& tool : places_of_tool(root))
        CHECK(tool.starts_with(root + "/"));
}

// One that is named as Locum is has its own, too.
TEST_CASE("suites' folders are apart") {
    std::set<std::string> all;
    for (const char* suite : {"small", "locum", "state", "logs"}) {
        const SuiteFolders folders = suite_folders("", suite);
        for (const std::string& one : {folders.product, folders.configurations, folders.data,
                                       folders.run, folders.state, folders.logs}) {
            CHECK(absolute(one) == one);
            CHECK(all.insert(one).second);
        }
    }
    CHECK(all.count(folder_of_states("")) == 0);
    CHECK(all.count(folder_of_logs("")) == 0);
}

TEST_CASE("folders in a place that all may write to are made, and again is fine") {
    const Scratch scratch;
    for (int run = 0; run < 2; ++run) {
        make_guarded_folders(scratch.path(), "small");
        for (const std::string& folder : guarded_folders(scratch.path(), "small"))
            CHECK(has_mode(look_at(folder).value().mode, 0750));
    }
}

TEST_CASE("a folder that was open to others is taken only where all below it is our own") {
    const Scratch scratch;
    const std::string folder = scratch / "by hand";
    make_folders(folder + "/suite/etc/deep");
    write_file(folder + "/suite/etc/deep/file", "x", 0644);
    std::string foreign = folder + "/suite/etc";
    bool open = true;
    std::size_t asked = 0;
    std::function<void()> meanwhile = [] {};
    const GuardCalls calls{[&](const std::string& path) {
                               ++asked;
                               return path == foreign ? "of user mallory" : "";
                           },
                           [&](const std::string&) { return open; },
                           [&](const std::string& path, unsigned mode) {
                               CHECK(path == folder);
                               meanwhile();
                               open = (mode & 0007) != 0;
                           }};
    for (int run = 0; run < 2; ++run) { // the second time it is not taken for a closed one
        const engine::Error error = testing::error_of([&] { guard_folder(folder, calls); });
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(testing::contains(error.what(), foreign + " is of user mallory"));
        CHECK(error.remedy() == how_to_take_over(folder));
        CHECK(open);
    }
    foreign = folder + "/suite/late";
    meanwhile = [&] { make_folders(foreign); };
    CHECK(
        testing::contains(testing::error_of([&] { guard_folder(folder, calls); }).what(), foreign));
    CHECK(open);
    meanwhile = [] {};
    foreign.clear();
    // No new owner makes a link safe.
    const std::string link = folder + "/suite/etc/link";
    switch_link(link, "elsewhere");
    const engine::Error error = testing::error_of([&] { guard_folder(folder, calls); });
    CHECK(testing::contains(error.what(), link + " is a link"));
    CHECK(testing::contains(error.remedy(), how_to_remove_link(link)));
    CHECK(open);
    remove_all(link);
    asked = 0;
    guard_folder(folder, calls);
    CHECK(!open);
    CHECK(asked == 10); // all five, before it was closed and after
    foreign = folder + "/suite/etc";
    guard_folder(folder, calls); // closed since: services have files of their own in it
    CHECK(!open);
}

TEST_CASE("what is unpacked has a folder that is there") {
    CHECK(absolute(scratch_folder()) == scratch_folder());
    CHECK(writeable(scratch_folder()));
}

TEST_CASE("a new file is at its name whole or not at all") {
    const Scratch scratch;
    const std::string path = scratch / "file";
    write_file(path + ".part", "of a run that was cut off", 0644);
    {
        NewFile file(path, 0755);
        file.write("half");
    }
    CHECK(list_folder(scratch.path()).empty());
    write_file(path, "before", 0600);
    NewFile file(path, 0644);
    file.write("one, ");
    file.write("two");
    CHECK(read_file(path) == "before");
    file.publish();
    CHECK(read_file(path) == "one, two");
    CHECK(has_mode(look_at(path).value().mode, 0644));
    CHECK(list_folder(scratch.path()).size() == 1);
}

TEST_CASE("the name that another library opens a file by leads back to the path") {
    const Scratch scratch;
    const std::string path = scratch / "a file \xc3\xa4";
    CHECK(absolute(native_name(path)) == absolute(path));
}
