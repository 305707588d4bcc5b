#include "examples/powerdns/load/message.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace powerdns::load {
namespace {

struct FreeText {
    void operator()(char* text) const { std::free(text); }
};

std::string text(char* owned) {
    const std::unique_ptr<char, FreeText> guard(owned);
    return owned == nullptr ? std::string() : std::string(owned);
}

std::string lower(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

std::string rdf_text(const ldns_rdf* rdf) {
    std::string result = text(ldns_rdf2str(rdf));
    return ldns_rdf_get_type(rdf) == LDNS_RDF_TYPE_DNAME ? lower(std::move(result)) : result;
}

std::string type_text(ldns_rr_type type) {
    return text(ldns_rr_type2str(type));
}

std::string owner_text(const ldns_rr* record) {
    return lower(text(ldns_rdf2str(ldns_rr_owner(record))));
}

std::string rdata_text(const ldns_rr* record) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
        // Of a signature not its times, nor what is another one each time it is made.
        const bool varies =
            ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG && (i == 4 || i == 5 || i == 8);
        if (!varies) {
            fields.push_back(rdf_text(ldns_rr_rdf(record, i)));
        }
    }
    return fmt::format("{}", fmt::join(fields, " "));
}

template <typename Visit>
void each(const ldns_rr_list* list, Visit visit) {
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
        visit(ldns_rr_list_rr(list, i));
    }
}

std::string rcode_text(const ldns_pkt& packet) {
    return text(ldns_pkt_rcode2str(ldns_pkt_get_rcode(&packet)));
}

bool signature_covers(const ldns_rr* signature, const ldns_rr* record) {
    return ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(signature)) == ldns_rr_get_type(record) &&
           ldns_dname_compare(ldns_rr_owner(signature), ldns_rr_owner(record)) == 0;
}

// What is wrong with the signatures of a section; empty: nothing.
std::string signature_problem(const ldns_rr_list* section, const ldns_rr_list* keys) {
    // Shallow lists: the records stay the section's.
    const auto shallow = [](ldns_rr_list* list) { ldns_rr_list_free(list); };
    using Shallow = std::unique_ptr<ldns_rr_list, decltype(shallow)>;
    std::string problem;
    each(section, [&](ldns_rr* record) {
        const ldns_rr_type type = ldns_rr_get_type(record);
        if (!problem.empty() || type == LDNS_RR_TYPE_RRSIG) {
            return;
        }
        const Shallow set(ldns_rr_list_new(), shallow);
        const Shallow signatures(ldns_rr_list_new(), shallow);
        const Shallow good(ldns_rr_list_new(), shallow);
        each(section, [&](ldns_rr* other) {
            if (ldns_rr_get_type(other) == LDNS_RR_TYPE_RRSIG) {
                if (signature_covers(other, record)) {
                    ldns_rr_list_push_rr(signatures.get(), other);
                }
            } else if (ldns_rr_get_type(other) == type &&
                       ldns_dname_compare(ldns_rr_owner(other), ldns_rr_owner(record)) == 0) {
                ldns_rr_list_push_rr(set.get(), other);
            }
        });
        if (ldns_rr_list_rr_count(signatures.get()) == 0) {
            // A delegation's NS records are the child's to sign.
            if (type != LDNS_RR_TYPE_NS) {
                problem = fmt::format("no signature of {} {}", owner_text(record), type_text(type));
            }
            return;
        }
        const ldns_status status = ldns_verify(set.get(), signatures.get(), keys, good.get());
        if (status != LDNS_STATUS_OK) {
            problem = fmt::format("signature of {} {}: {}", owner_text(record), type_text(type),
                                  ldns_get_errorstr_by_id(status));
        }
    });
    return problem;
}

const ldns_rr_list* keys_of(const std::string& name, const Keys& keys) {
    for (const auto& [zone, records] : keys) {
        if (name.ends_with(zone)) {
            return records.get();
        }
    }
    return nullptr;
}

} // namespace

Bytes query(const Question& question, std::uint16_t id) {
    ldns_pkt* made = nullptr;
    if (ldns_pkt_query_new_frm_str(&made, question.name.c_str(),
                                   ldns_get_rr_type_by_name(question.type.c_str()),
                                   LDNS_RR_CLASS_IN, 0) != LDNS_STATUS_OK) {
        throw std::runtime_error(fmt::format("no question: {} {}", question.name, question.type));
    }
    const Packet packet(made);
    ldns_pkt_set_id(made, id);
    if (question.dnssec) {
        ldns_pkt_set_edns_do(made, true);
        ldns_pkt_set_edns_udp_size(made, 4096);
    }
    std::uint8_t* wire = nullptr;
    std::size_t size = 0;
    if (ldns_pkt2wire(&wire, made, &size) != LDNS_STATUS_OK) {
        throw std::runtime_error("ldns cannot write the question");
    }
    Bytes bytes(wire, wire + size);
    std::free(wire);
    return bytes;
}

Packet parse(const Bytes& bytes) {
    ldns_pkt* packet = nullptr;
    const ldns_status status = ldns_wire2pkt(&packet, bytes.data(), bytes.size());
    if (status != LDNS_STATUS_OK) {
        throw std::runtime_error(
            fmt::format("no DNS message: {}", ldns_get_errorstr_by_id(status)));
    }
    return Packet(packet);
}

std::vector<std::string> canonical(const ldns_pkt& packet) {
    std::vector<std::string> lines;
    const auto section = [&](const char* name, const ldns_rr_list* list) {
        each(list, [&](const ldns_rr* record) {
            lines.push_back(fmt::format("{} {} {} {} {}", name, owner_text(record),
                                        ldns_rr_ttl(record), type_text(ldns_rr_get_type(record)),
                                        rdata_text(record)));
        });
    };
    section("answer", ldns_pkt_answer(&packet));
    section("authority", ldns_pkt_authority(&packet));
    section("additional", ldns_pkt_additional(&packet));
    std::sort(lines.begin(), lines.end());
    lines.insert(lines.begin(),
                 fmt::format("{}{}", rcode_text(packet), ldns_pkt_aa(&packet) ? " aa" : ""));
    return lines;
}

Judgement judge(const ldns_pkt& packet, const Case& asked, const Keys& keys) {
    const Expected& expected = asked.expected;
    const ldns_rr* echoed = ldns_rr_list_rr(ldns_pkt_question(&packet), 0);
    if (echoed == nullptr || text(ldns_rdf2str(ldns_rr_owner(echoed))) != asked.question.name) {
        return {"the question came back as another", false};
    }
    const std::string rcode = rcode_text(packet);
    if (rcode != expected.rcode) {
        return {fmt::format("{}, expected {}", rcode, expected.rcode),
                rcode == "SERVFAIL" || rcode == "REFUSED"};
    }
    if (ldns_pkt_tc(&packet)) {
        return {"truncated", false};
    }
    if (ldns_pkt_aa(&packet) != expected.authoritative) {
        return {expected.authoritative ? "not authoritative" : "authoritative", false};
    }
    std::vector<std::string> answer;
    each(ldns_pkt_answer(&packet), [&](const ldns_rr* record) {
        if (ldns_rr_get_type(record) != LDNS_RR_TYPE_RRSIG) {
            answer.push_back(fmt::format("{} {} {}", owner_text(record),
                                         type_text(ldns_rr_get_type(record)), rdata_text(record)));
        }
    });
    std::sort(answer.begin(), answer.end());
    if (answer != expected.answer) {
        return {fmt::format("answer [{}], expected [{}]", fmt::join(answer, "; "),
                            fmt::join(expected.answer, "; ")),
                false};
    }
    bool there = expected.authority.empty();
    each(ldns_pkt_authority(&packet), [&](const ldns_rr* record) {
        there = there || type_text(ldns_rr_get_type(record)) == expected.authority;
    });
    if (!there) {
        return {fmt::format("no {} in the authority section", expected.authority), false};
    }
    if (expected.signed_zone) {
        const ldns_rr_list* zone_keys = keys_of(lower(asked.question.name), keys);
        for (const ldns_rr_list* section :
             {ldns_pkt_answer(&packet), ldns_pkt_authority(&packet)}) {
            std::string problem = zone_keys == nullptr ? "no keys of its zone are known"
                                                       : signature_problem(section, zone_keys);
            if (!problem.empty()) {
                return {std::move(problem), false};
            }
        }
    }
    return {};
}

} // namespace powerdns::load
