#include "platform/addresses.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;

TEST_CASE("addresses: one spelling each") {
    CHECK(network("10.0.0.0/8") == "10.0.0.0/8");
    CHECK(network("198.51.100.7/32") == "198.51.100.7");
    CHECK(network("2001:DB8:0:0::/32") == "2001:db8::/32");
    CHECK(network("2001:DB8:0::7") == "2001:db8::7");
    CHECK(network("::ffff:10.0.0.1") == "::ffff:10.0.0.1");
    CHECK(network("0.0.0.0/0") == "0.0.0.0/0");
    CHECK(is_ipv6("2001:db8::/32"));
    CHECK(!is_ipv6("10.0.0.0/8"));
}

TEST_CASE("addresses: what is none") {
    for (const char* text : {"", "10.1.0.0/8", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x",
                             "010.0.0.1", "1.2.3.4.5", "fe80::1%lo", "host", "10.0.0.0/-1",
                             "::1/129", "2001:db8::1/64", "any", " 10.0.0.1", "10.0.0.1 "})
        CHECK_MESSAGE(!network(text), text);
    CHECK(!network(std::string("10.0.0.1\0", 9)));
}

TEST_CASE("addresses: of an address itself, and none of what has none") {
    CHECK(addresses_of("192.0.2.1") == std::vector<std::string>{"192.0.2.1"});
    CHECK(addresses_of("2001:db8::1") == std::vector<std::string>{"2001:db8::1"});
    const std::string none(70, 'x'); // longer than a label may be: nobody is asked
    const engine::Error error = testing::error_of([&] { addresses_of(none); });
    CHECK(testing::contains(error.what(), "the name " + none + " has no address: "));
    CHECK(!error.remedy().empty());
}
