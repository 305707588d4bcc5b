#include "examples/powerdns/load/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace powerdns::load {
namespace {

int below(std::mt19937& random, int count) {
    // Not a standard distribution: its numbers are the library's choice, samples must not be.
    return static_cast<int>(random() % static_cast<unsigned>(count));
}

std::string zone_name(int zone) {
    return fmt::format("zone-{:05}.example.", zone);
}

struct Zone {
    int number;
    std::string name;
    std::string a(int host) const {
        return fmt::format("10.{}.{}.{}", number / 256, number % 256, host);
    }
    std::string aaaa(int host) const { return fmt::format("2001:db8:{:x}::{:x}", number, host); }
};

// "owner type rdata" for each of the rdata.
void add(Case& result, const std::string& owner, const std::string& type,
         const std::vector<std::string>& rdata) {
    for (const std::string& one : rdata) {
        result.expected.answer.push_back(fmt::format("{} {} {}", owner, type, one));
    }
}

Case found(const std::string& owner, const std::string& type,
           const std::vector<std::string>& rdata) {
    Case result{{owner, type, false}, {}};
    add(result, owner, type, rdata);
    return result;
}

Case absent(const std::string& owner, const std::string& type, const std::string& rcode) {
    Case result{{owner, type, false}, {}};
    result.expected.rcode = rcode;
    result.expected.authority = "SOA";
    return result;
}

Case about(const Zone& zone, std::mt19937& random) {
    const std::string& name = zone.name;
    const int host = below(random, 30) + 1;
    const std::string host_name = fmt::format("host-{:02}.{}", host, name);
    switch (below(random, 20)) {
    case 0:
        return found(name, "MX", {"10 mail1." + name, "20 mail2." + name});
    case 1:
        return found("_sip._tcp." + name, "SRV",
                     {"10 5 5060 host-01." + name, "20 7 5061 host-02." + name});
    case 2:
        return found(name, "NS", {"ns1." + name, "ns2." + name});
    case 3:
        return found(name, "SOA",
                     {fmt::format("ns1.{0} hostmaster.{0} 1 10800 3600 604800 300", name)});
    case 4:
        return found(name, "TXT", {fmt::format("\"v=spf1 mx -all; zone {}\"", zone.number)});
    case 5:
        return found(name, "CAA", {"0 issue \"ca.example\""});
    case 6:
        return found("pool." + name, "A", {zone.a(221), zone.a(222), zone.a(223), zone.a(224)});
    case 7:
    case 8: {
        const int text = below(random, 15) + 1;
        return found(fmt::format("text-{:02}.{}", text, name), "TXT",
                     {fmt::format(R"("text {} of zone {}: \"quoted\", \\ and ;" "second string")",
                                  text, zone.number)});
    }
    case 9: {
        Case result = found("www." + name, "CNAME", {"host-01." + name});
        result.question.type = "A";
        add(result, "host-01." + name, "A", {zone.a(1)});
        return result;
    }
    case 10:
        return found(fmt::format("any-{}.wild.{}", below(random, 1000), name), "A", {zone.a(210)});
    case 11:
        return found(fmt::format("any-{}.wild.{}", below(random, 1000), name), "TXT",
                     {fmt::format("\"wild in zone {}\"", zone.number)});
    case 12:
        return absent(fmt::format("absent-{}.{}", below(random, 1000), name), "A", "NXDOMAIN");
    case 13:
        return absent("off." + name, "A", "NXDOMAIN"); // a disabled record
    case 14:
        return absent(host_name, "TXT", "NOERROR");
    case 15: {
        Case result{{"below.sub." + name, "A", false}, {}};
        result.expected.authoritative = false;
        result.expected.authority = "NS";
        return result;
    }
    case 16:
    case 17:
        return found(host_name, "AAAA", {zone.aaaa(host)});
    default:
        return found(host_name, "A", {zone.a(host)});
    }
}

std::string mixed_case(std::string name, std::mt19937& random) {
    for (char& c : name) {
        if (c >= 'a' && c <= 'z' && below(random, 2) == 0) {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return name;
}

} // namespace

Case Rules::any(std::mt19937& random) const {
    // One in five is of a signed zone.
    const bool of_signed = signed_zones_ > 0 && below(random, 5) == 0;
    const int number = below(random, of_signed ? signed_zones_ : zones_) + 1;
    Case result = about({number, zone_name(number)}, random);
    std::sort(result.expected.answer.begin(), result.expected.answer.end());
    if (of_signed && below(random, 2) == 0) {
        result.question.dnssec = true;
        result.expected.signed_zone = true;
        if (result.expected.authority == "SOA") {
            result.expected.authority = number <= signed_zones_ / 2 ? "NSEC" : "NSEC3";
        }
    }
    if (below(random, 5) == 0) {
        result.question.name = mixed_case(result.question.name, random);
    }
    return result;
}

std::vector<std::string> Rules::signed_zones() const {
    std::vector<std::string> names;
    for (int number = 1; number <= signed_zones_; ++number) {
        names.push_back(zone_name(number));
    }
    return names;
}

} // namespace powerdns::load
