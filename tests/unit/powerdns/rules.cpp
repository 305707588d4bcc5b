#include "examples/powerdns/load/rules.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace powerdns::load;

TEST_CASE("the same seed asks the same questions") {
    const Rules rules(50, 4);
    std::mt19937 first(7);
    std::mt19937 second(7);
    for (int i = 0; i < 200; ++i) {
        const Case one = rules.any(first);
        const Case other = rules.any(second);
        CHECK(one.question.name == other.question.name);
        CHECK(one.expected.answer == other.expected.answer);
    }
}

TEST_CASE("the mix has every kind of question, of every zone") {
    const Rules rules(20, 4);
    std::mt19937 random(1);
    std::map<std::string, int> types;
    std::set<std::string> zones;
    std::map<std::string, int> authorities;
    int absent = 0;
    int mixed = 0;
    for (int i = 0; i < 4000; ++i) {
        const Case one = rules.any(random);
        ++types[one.question.type];
        ++authorities[one.expected.authority];
        absent += one.expected.rcode == "NXDOMAIN";
        const std::string& name = one.question.name;
        mixed += std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        if (mixed == 0) {
            zones.insert(name.substr(name.find("zone-")));
        }
    }
    for (const char* type : {"A", "AAAA", "TXT", "MX", "SRV", "NS", "SOA", "CAA"}) {
        CHECK_MESSAGE(types[type] > 50, type);
    }
    for (const char* type : {"SOA", "NS", "NSEC", "NSEC3"}) {
        CHECK_MESSAGE(authorities[type] > 10, type);
    }
    CHECK(absent > 100);
    CHECK(mixed > 400);
}

TEST_CASE("without signed zones nobody asks for signatures") {
    const Rules rules(5, 0);
    std::mt19937 random(1);
    for (int i = 0; i < 500; ++i) {
        CHECK_FALSE(rules.any(random).question.dnssec);
    }
    CHECK(rules.signed_zones().empty());
}
