#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/system_folders.hpp"
#include "platform/windows/orphans.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

TEST_CASE("what a process that has ended left is removed, and nothing else") {
    Scratch scratch;
    const std::string own = name_of_own("setup-") + "a";
    make_folders(scratch / "setup-999999999-a/b");
    write_file(scratch / "setup-999999999-c", "", 0600);
    const std::vector<std::string> others = {own, "setup-x-a", "setup-999999999",
                                             "other-999999999-a"};
    for (const std::string& name : others)
        make_folders(scratch / name);
    remove_orphans(scratch.path(), "setup-");
    for (const std::string& name : others)
        CHECK(exists(scratch / name));
    CHECK(list_folder(scratch.path()).size() == others.size());
}

TEST_CASE("a scratch folder is fresh, and takes away what was left by its name") {
    const std::string left = scratch_folder() + "/locum-orphans-999999999-left";
    make_folders(left);
    const std::string folder = make_scratch_folder("locum-orphans-");
    CHECK(!exists(left));
    CHECK(folder.starts_with(scratch_folder() + "/" + name_of_own("locum-orphans-")));
    CHECK(list_folder(folder).empty());
    remove_all(folder);
}
