#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("accounts: names as Windows has them") {
    for (const char* name : {"joe", ".\\joe", "Administrator", "EXAMPLE\\a service",
                             "EXAMPLE\\managed$", "joe@example.com", "NT AUTHORITY\\LocalService"})
        CHECK_MESSAGE(is_other_account_name(name), name);
    for (const char* name : {"", ".\\", "\\joe", "a\\b\\c", "a/b", "joe.", " joe", "a|b", "a\tb"})
        CHECK_FALSE_MESSAGE(is_other_account_name(name), name);
}

TEST_CASE("accounts: the system's own has several names, and others have none of them") {
    for (const std::string name : {"LocalSystem", "localsystem", ".\\LocalSystem",
                                   "NT AUTHORITY\\SYSTEM", "nt authority\\system", "SYSTEM"}) {
        CHECK_MESSAGE(is_system_account(name), name);
        CHECK_MESSAGE(account_exists(name), name);
    }
    CHECK(is_system_account(""));
    CHECK_FALSE(account_exists(""));
    for (const std::string name : {"NT AUTHORITY\\LocalService", "LOCALSERVICE", "EXAMPLE\\SYSTEM",
                                   "NT SERVICE\\LocalSystem", "Administrators"})
        CHECK_FALSE_MESSAGE(is_system_account(name), name);
}

TEST_CASE("accounts: one of this host is known by the dot, too") {
    const std::string own = ownership(parent_of(this_program())).account;
    const std::string plain = own.substr(own.rfind('\\') + 1);
    CHECK(account_exists(plain));
    CHECK(account_exists(".\\" + plain));
    CHECK_FALSE(account_exists(".\\nobody-of-this-name"));
}
