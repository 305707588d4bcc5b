#include "platform/windows/acl.hpp"

#include "platform/files.hpp"
#include "platform/tree.hpp"
#include "platform/windows/access.hpp"
#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

#include <aclapi.h>
#include <sddl.h>

using namespace locum;
using namespace locum::platform;

namespace {

std::string list_of(const SECURITY_ATTRIBUTES* attributes) {
    if (attributes == nullptr)
        return "by the folder above";
    wchar_t* text = nullptr;
    REQUIRE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
                attributes->lpSecurityDescriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text,
                nullptr) != 0);
    const std::string made = utf8(text);
    ::LocalFree(text);
    return made;
}

} // namespace

TEST_CASE("bits for the group let nobody in: not the services of other suites") {
    for (const unsigned mode : {0600U, 0640U, 0660U, 0700U, 0750U, 01770U}) {
        for (const bool folder : {false, true}) {
            const std::string list = list_of(attributes_for(mode, folder));
            CHECK_MESSAGE(list.starts_with("D:P"), list); // nothing is inherited
            std::size_t entries = 0;
            for (std::size_t at = list.find('('); at != std::string::npos;
                 at = list.find('(', at)) {
                const std::string entry = list.substr(at, list.find(')', at) - at);
                const std::string who = entry.substr(entry.rfind(';') + 1);
                CHECK_MESSAGE((who == "SY" || who == "BA" || who == "S-1-3-4" || who == "OW"), who);
                ++entries;
                ++at;
            }
            CHECK(entries == 3);
        }
    }
    CHECK(attributes_for(0644, false) == nullptr);
    CHECK(attributes_for(0755, true) == nullptr);
}

TEST_CASE("a file is made private by taking all entries back first, for the account by its name") {
    wchar_t name[256] = {};
    DWORD length = 256;
    REQUIRE(::GetUserNameW(name, &length) != 0);
    CHECK(how_to_make_private("C:/a b/token") ==
          "icacls \"C:\\a b\\token\" /reset; then: icacls \"C:\\a b\\token\" /inheritance:r "
          "/grant:r \"" +
              utf8(name) + ":F\" *S-1-5-18:F *S-1-5-32-544:F");
}

namespace {

// The list of a closed folder with these entries added one after the other.
std::string with_entries(const Sid& account, const std::vector<Access>& all) {
    BOOL there = FALSE;
    BOOL defaulted = FALSE;
    ACL* list = nullptr;
    ::GetSecurityDescriptorDacl(attributes_for(0750, true)->lpSecurityDescriptor, &there, &list,
                                &defaulted);
    for (const Access access : all) { // what is allocated goes with the test
        EXPLICIT_ACCESSW entry = entry_for(account, access, true);
        ACL* merged = nullptr;
        REQUIRE(::SetEntriesInAclW(1, &entry, list, &merged) == ERROR_SUCCESS);
        list = merged;
    }
    SECURITY_DESCRIPTOR descriptor{};
    ::InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    ::SetSecurityDescriptorDacl(&descriptor, TRUE, list, FALSE);
    const SECURITY_ATTRIBUTES attributes{sizeof attributes, &descriptor, FALSE};
    return list_of(&attributes);
}

} // namespace

TEST_CASE("an account that may add to a folder gets files of its own, and nobody else's") {
    const Sid account = sid_of("NT SERVICE\\small-server");
    const std::string who = ";;;" + digits_of(account) + ")";
    // List, read, traverse, add a file; no folder, not handed down, no removal of what is there.
    const std::string add = "(A;;0x1200ab" + who;
    CHECK(testing::contains(with_entries(account, {Access::add}), add));
    const std::string narrowed = with_entries(account, {Access::change, Access::add});
    CHECK_MESSAGE(testing::contains(narrowed, add), narrowed);
    CHECK(narrowed.find(who) == narrowed.rfind(who)); // what it had before is gone
    CHECK(testing::contains(with_entries(account, {Access::change}), "(A;OICI;0x1301bf" + who));
    CHECK(testing::contains(with_entries(account, {Access::read}), "(A;OICI;0x1200a9" + who));
    const std::string log = with_entries(account, {Access::change, Access::log});
    CHECK_MESSAGE(testing::contains(log, "(A;;0x1201bf" + who), log); // no DELETE (0x10000)
    CHECK(log.find(who) == log.rfind(who));
}

TEST_CASE("what an account may already is not set again") {
    const Sid account = sid_of("NT SERVICE\\small-server");
    const auto merged = [&](std::vector<Access> all) {
        ACL* list = nullptr;
        for (const Access access : all) { // what is allocated goes with the test
            EXPLICIT_ACCESSW entry = entry_for(account, access, true);
            ACL* more = nullptr;
            REQUIRE(::SetEntriesInAclW(1, &entry, list, &more) == ERROR_SUCCESS);
            list = more;
        }
        return list;
    };
    for (const Access access : {Access::read, Access::change, Access::add, Access::log})
        for (const Access had : {Access::read, Access::change, Access::add, Access::log})
            CHECK(lets(merged({had}), account, access, true) == (had == access));
    CHECK_FALSE(lets(nullptr, account, Access::read, true));
    CHECK_FALSE(lets(merged({Access::read}), sid_of("NT SERVICE\\other"), Access::read, true));
    CHECK_FALSE(lets(merged({Access::read}), account, Access::read, false)); // handed down, too
}

TEST_CASE("the list of a log is changed only where nobody else put it there") {
    const Sid account = sid_of("NT SERVICE\\small-server");
    const Sid other = sid_of("NT SERVICE\\small-other");
    const Sid system = sid_of("NT AUTHORITY\\SYSTEM");
    BY_HANDLE_FILE_INFORMATION facts{};
    facts.nNumberOfLinks = 1;
    for (const Sid& owner : {account, system, user_of(::GetCurrentProcess())})
        CHECK(fault_of(facts, owner, account, Access::log) == "");
    CHECK(testing::contains(fault_of(facts, other, account, Access::log), "it is of "));
    CHECK(fault_of(facts, other, account, Access::change) == "");
    facts.nNumberOfLinks = 2;
    for (const Access access : {Access::log, Access::change, Access::read})
        CHECK(fault_of(facts, system, account, access) == "it is one file under 2 names");
    facts.dwFileAttributes = FILE_ATTRIBUTE_DIRECTORY; // its subfolders may count
    CHECK(fault_of(facts, system, account, Access::change) == "");
    CHECK(fault_of(facts, system, account, Access::log) == "it is a folder");
    facts.dwFileAttributes |= FILE_ATTRIBUTE_REPARSE_POINT;
    for (const Access access : {Access::add, Access::log, Access::change, Access::read})
        CHECK(fault_of(facts, system, account, access) == "it is a link");
}

TEST_CASE("no account is let into a file by another name of it") {
    const testing::Scratch scratch;
    write_file(scratch / "secret", "x", 0600);
    REQUIRE(::CreateHardLinkW(wide_path(scratch / "log").c_str(),
                              wide_path(scratch / "secret").c_str(), nullptr) != 0);
    const Sid own = user_of(::GetCurrentProcess());
    for (const Access access : {Access::log, Access::change}) {
        const engine::Error error =
            testing::error_of([&] { add_access(scratch / "log", own, access); });
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(testing::contains(error.what(), "under 2 names"));
        CHECK(!error.remedy().empty());
    }
    CHECK_THROWS_AS(add_access(scratch.path(), own, Access::log), engine::Error);
    write_file(scratch / "one", "x", 0600);
    // Also where somebody has it open for nobody else.
    const Handle alone(::CreateFileW(wide_path(scratch / "one").c_str(), GENERIC_WRITE, 0, nullptr,
                                     OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    REQUIRE(alone);
    CHECK_NOTHROW(add_access(scratch / "one", own, Access::log));
    CHECK_NOTHROW(add_access(scratch.path(), own, Access::change));
}

TEST_CASE("what is closed goes on to let in the services that it was opened for, and nobody else") {
    void* opened = nullptr;
    const Sid account = sid_of("NT SERVICE\\small-server");
    const Sid chosen = sid_of("NT AUTHORITY\\LocalService");
    REQUIRE(digits_of(chosen) == "S-1-5-19");
    const std::wstring service = wide(digits_of(account));
    const std::wstring text = L"D:(A;OICI;0x1301bf;;;" + service +
                              L")(A;OICI;FA;;;WD)(A;;FR;;;SU)" +
                              L"(A;OICI;0x1301bf;;;LS)(A;;FR;;;S-1-5-80-1-2-3-4-5)" +
                              L"(A;OICIID;FA;;;" + service + L")(D;;FA;;;" + service + L")";
    REQUIRE(::ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1,
                                                                   &opened, nullptr) != 0);
    const Local<void> owned(opened);
    const auto list = [](void* descriptor) {
        BOOL there = FALSE;
        BOOL defaulted = FALSE;
        ACL* found = nullptr;
        ::GetSecurityDescriptorDacl(descriptor, &there, &found, &defaulted);
        return found;
    };
    ACL* const closed = list(attributes_for(0750, true)->lpSecurityDescriptor);
    const std::vector<Sid> insiders = {account, chosen};
    const Local<ACL> merged = closed_but_for(list(opened), closed, insiders);
    CHECK(merged->AceCount == 5); // SYSTEM, the Administrators, the owner, both services
    SECURITY_DESCRIPTOR descriptor{};
    ::InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
    ::SetSecurityDescriptorDacl(&descriptor, TRUE, merged.get(), FALSE);
    const SECURITY_ATTRIBUTES attributes{sizeof attributes, &descriptor, FALSE};
    CHECK(
        testing::contains(list_of(&attributes), "(A;OICI;0x1301bf;;;" + digits_of(account) + ")"));
    CHECK(testing::contains(list_of(&attributes), "(A;OICI;0x1301bf;;;LS)"));
    CHECK(closed_but_for(nullptr, closed, insiders)->AceCount == 3);
    CHECK(closed_but_for(list(opened), closed, {})->AceCount == 3);
    CHECK(is_closed(closed, nullptr, {}));
    CHECK(is_closed(merged.get(), nullptr, insiders));
    CHECK_FALSE(is_closed(merged.get(), nullptr, {account})); // whoever they are not told of
    CHECK_FALSE(is_closed(merged.get(), nullptr, {chosen}));
    CHECK_FALSE(is_closed(list(opened), nullptr, insiders)); // everybody
    CHECK_FALSE(is_closed(nullptr, nullptr, insiders));
}
