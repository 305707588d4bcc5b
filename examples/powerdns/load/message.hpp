#pragma once
// DNS messages, by ldns.

#include "examples/powerdns/load/rules.hpp"

#include <ldns/ldns.h>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>

namespace powerdns::load {

using Bytes = std::vector<std::uint8_t>;

struct Free {
    void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
    void operator()(ldns_rr_list* list) const { ldns_rr_list_deep_free(list); }
};
using Packet = std::unique_ptr<ldns_pkt, Free>;
using Records = std::unique_ptr<ldns_rr_list, Free>;

// The DNSKEYs of each signed zone.
using Keys = std::map<std::string, Records>;

Bytes query(const Question& question, std::uint16_t id);
// Throws std::runtime_error where the bytes are no message.
Packet parse(const Bytes& bytes);

// What an answer says, in an order and a form that do not depend on who gave it: records sorted,
// names in lower case, of a signature who made it and of what. One line each: "section owner ttl
// type rdata".
std::vector<std::string> canonical(const ldns_pkt& packet);

// What is wrong with the answer; empty: nothing. error: the server said that it could not answer.
struct Judgement {
    std::string wrong;
    bool error = false;
};
Judgement judge(const ldns_pkt& packet, const Case& asked, const Keys& keys);

} // namespace powerdns::load
