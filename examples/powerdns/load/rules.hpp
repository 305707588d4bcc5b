#pragma once
// What the zones hold, by the same rule as database/zones.sql.

#include <random>
#include <string>
#include <vector>

namespace powerdns::load {

struct Question {
    std::string name;
    std::string type;
    bool dnssec = false; // with the DO bit
};

// Owners are in lower case, and so are names in rdata.
struct Expected {
    std::string rcode = "NOERROR";
    bool authoritative = true;
    std::vector<std::string> answer; // "owner type rdata", sorted
    std::string authority;           // type of a record that must be there; empty: any
    bool signed_zone = false;        // each RRset of ours must have a signature that is right
};

struct Case {
    Question question;
    Expected expected;
};

class Rules {
public:
    // The first zones are signed: half of them with NSEC, the other half with NSEC3.
    Rules(int zones, int signed_zones) : zones_(zones), signed_zones_(signed_zones) {}

    // Any question: of any zone, record, type, case.
    Case any(std::mt19937& random) const;
    std::vector<std::string> signed_zones() const;

private:
    int zones_;
    int signed_zones_;
};

} // namespace powerdns::load
