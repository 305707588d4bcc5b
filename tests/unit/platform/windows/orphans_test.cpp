#include "platform/windows/orphans.hpp"

#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/system_folders.hpp"
#include "platform/windows/reparse.hpp"
#include "tests/support/scratch.hpp"

#include <aclapi.h>
#include <sddl.h>

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::error_of;
using testing::Scratch;

namespace {

Sid sid_from(const wchar_t* digits) {
    PSID made = nullptr;
    REQUIRE(::ConvertStringSidToSidW(digits, &made) != 0);
    const Local<void> owned(made);
    return bytes_of(made);
}

BY_HANDLE_FILE_INFORMATION facts_with(DWORD attributes) {
    BY_HANDLE_FILE_INFORMATION facts{};
    facts.dwFileAttributes = attributes;
    return facts;
}

// Of a folder that is made for this process alone; somebody: with an entry of his.
ACL* closed_list(const Sid& somebody = {}, DWORD inheritance = NO_INHERITANCE) {
    BOOL there = FALSE;
    BOOL defaulted = FALSE;
    ACL* list = nullptr;
    ::GetSecurityDescriptorDacl(attributes_for(0700, true)->lpSecurityDescriptor, &there, &list,
                                &defaulted);
    if (somebody.empty())
        return list;
    EXPLICIT_ACCESSW entry{};
    entry.grfAccessPermissions = FILE_ADD_SUBDIRECTORY;
    entry.grfAccessMode = GRANT_ACCESS;
    entry.grfInheritance = inheritance;
    entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    entry.Trustee.ptstrName = static_cast<wchar_t*>(pointer(somebody));
    ACL* merged = nullptr; // goes with the test
    REQUIRE(::SetEntriesInAclW(1, &entry, list, &merged) == ERROR_SUCCESS);
    return merged;
}

} // namespace

TEST_CASE("what a process that has ended left is removed, and nothing else") {
    Scratch scratch;
    const std::string own = name_of_own("setup-") + "a";
    make_folders(scratch / "setup-999999999-a/b", 0700);
    write_file(scratch / "setup-999999999-a/b/c", "", 0600);
    write_file(scratch / "setup-999999999-c", "", 0600);
    const std::vector<std::string> others = {own, "setup-x-a", "setup-999999999",
                                             "other-999999999-a"};
    for (const std::string& name : others)
        make_folders(scratch / name, 0700);
    remove_orphans(scratch.path(), "setup-", owner_of(scratch / own));
    for (const std::string& name : others)
        CHECK(exists(scratch / name));
    CHECK(list_folder(scratch.path()).size() == others.size());
}

TEST_CASE("orphans: a folder that others may write to stays, with what is in it") {
    const Scratch scratch;
    make_folders(scratch / "setup-999999999-a", 0755);
    write_file(scratch / "setup-999999999-a/b", "", 0600);
    remove_orphans(scratch.path(), "setup-", owner_of(scratch.path()));
    CHECK(exists(scratch / "setup-999999999-a/b"));
}

TEST_CASE("orphans: no link is followed, and nothing of somebody else's is taken for ours") {
    const Sid user = user_of(::GetCurrentProcess());
    const Sid administrators = sid_from(L"S-1-5-32-544");
    const Sid other = sid_of("NT SERVICE\\small-other");
    const auto folder = facts_with(FILE_ATTRIBUTE_DIRECTORY);
    const auto file = facts_with(FILE_ATTRIBUTE_NORMAL);
    CHECK(fault_of_orphan(folder, user, closed_list(), user) == "");
    CHECK(fault_of_orphan(folder, administrators, closed_list(), user) == "");
    CHECK(contains(fault_of_orphan(folder, other, closed_list(), user), "it is of "));
    CHECK(contains(fault_of_orphan(folder, {}, closed_list(), {}), "it is of "));
    // By a program of this user that is no administrator's, while this process is.
    CHECK(contains(fault_of_orphan(folder, user, closed_list(), administrators), "it is of "));
    CHECK(contains(fault_of_orphan(file, other, nullptr, user), "it is of "));
    CHECK(fault_of_orphan(file, user, nullptr, administrators) == "");
    for (const DWORD kind : {FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_NORMAL})
        CHECK(fault_of_orphan(facts_with(kind | FILE_ATTRIBUTE_REPARSE_POINT), user, closed_list(),
                              user) == "it is a link");
}

TEST_CASE("orphans: a folder is ours where its list lets in nobody else, and hands nobody down") {
    const Sid user = user_of(::GetCurrentProcess());
    const Sid administrators = sid_from(L"S-1-5-32-544");
    const Sid other = sid_of("NT SERVICE\\small-other");
    const auto folder = facts_with(FILE_ATTRIBUTE_DIRECTORY);
    const auto fault = [&](ACL* list, const Sid& own) {
        return fault_of_orphan(folder, own, list, own);
    };
    CHECK(fault(nullptr, user) == "others may write to it");
    CHECK(fault(closed_list(other), user) == "others may write to it");
    CHECK(fault(closed_list(other, SUB_CONTAINERS_ONLY_INHERIT | INHERIT_ONLY), user) ==
          "others may write to it");
    CHECK(fault(closed_list(user), user) == "");
    CHECK(fault(closed_list(user), administrators) == "others may write to it");
    CHECK(fault(closed_list(), administrators) == "");
}

TEST_CASE("orphans: what is held can be neither renamed nor removed, and can be listed") {
    const Scratch scratch;
    make_folders(scratch / "a/b", 0700);
    {
        const Handle opened = held(scratch / "a");
        CHECK_THROWS_AS(rename_durably(scratch / "a", scratch / "c"), engine::Error);
        CHECK(list_folder(scratch / "a").size() == 1);
        remove_all(scratch / "a/b");
    }
    rename_durably(scratch / "a", scratch / "c");
    CHECK_THROWS_AS(held(scratch / "a"), engine::Error);
}

TEST_CASE("orphans: a link stays, and so does what it leads to (not shown by Wine)") {
    const Scratch scratch;
    make_folders(scratch / "kept", 0700);
    write_file(scratch / "kept/file", "", 0600);
    make_symbolic_link(scratch / "setup-999999999-a", scratch / "kept", true);
    remove_orphans(scratch.path(), "setup-", owner_of(scratch / "kept"));
    CHECK(exists(scratch / "setup-999999999-a"));
    CHECK(exists(scratch / "kept/file"));
}

TEST_CASE("orphans: what is somebody else's stays (not shown by Wine)") {
    const Scratch scratch;
    make_folders(scratch / "setup-999999999-a/b", 0700);
    const Sid own = owner_of(scratch / "setup-999999999-a");
    set_owner_and_group(scratch / "setup-999999999-a", sid_from(L"S-1-5-19"), own);
    remove_orphans(scratch.path(), "setup-", own);
    CHECK(exists(scratch / "setup-999999999-a/b"));
}

TEST_CASE("a scratch folder is fresh, and takes away what was left by its name") {
    const std::string left = scratch_folder() + "/locum-orphans-999999999-left";
    make_folders(left, 0700);
    const std::string folder = make_scratch_folder("locum-orphans-");
    CHECK(!exists(left));
    CHECK(folder.starts_with(scratch_folder() + "/" + name_of_own("locum-orphans-")));
    CHECK(list_folder(folder).empty());
    remove_all(folder);
}
