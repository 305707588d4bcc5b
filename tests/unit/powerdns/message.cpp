#include "examples/powerdns/load/message.hpp"

#include <doctest/doctest.h>

using namespace powerdns::load;

namespace {

// An authoritative answer to the question; records in presentation form.
Packet answer(const Question& question, const std::vector<std::string>& answers,
              const std::vector<std::string>& authority = {}) {
    Packet packet = parse(query(question, 5));
    ldns_pkt_set_qr(packet.get(), true);
    ldns_pkt_set_aa(packet.get(), true);
    const auto push = [&](ldns_pkt_section section, const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            ldns_rr* record = nullptr;
            REQUIRE(ldns_rr_new_frm_str(&record, text.c_str(), 0, nullptr, nullptr) ==
                    LDNS_STATUS_OK);
            ldns_pkt_push_rr(packet.get(), section, record);
        }
    };
    push(LDNS_SECTION_ANSWER, answers);
    push(LDNS_SECTION_AUTHORITY, authority);
    return packet;
}

const std::string soa = "zone-00017.example. 300 IN SOA ns1.zone-00017.example. "
                        "hostmaster.zone-00017.example. 1 10800 3600 604800 300";

struct Asked {
    Case mail{{"zone-00017.example.", "MX", false},
              {"NOERROR",
               true,
               {"zone-00017.example. MX 10 mail1.zone-00017.example.",
                "zone-00017.example. MX 20 mail2.zone-00017.example."},
               "",
               false}};
    Keys keys;
    std::string wrong(const Packet& packet) const { return judge(*packet, mail, keys).wrong; }
};

} // namespace

TEST_CASE_FIXTURE(Asked, "an answer is right in any order and case") {
    CHECK(wrong(answer(mail.question,
                       {"Zone-00017.example. 60 IN MX 20 MAIL2.zone-00017.example.",
                        "zone-00017.example. 60 IN MX 10 mail1.zone-00017.example."})) == "");
}

TEST_CASE_FIXTURE(Asked, "a record that is missing, another one, or one too many is wrong") {
    const std::string first = "zone-00017.example. 60 IN MX 10 mail1.zone-00017.example.";
    const std::string second = "zone-00017.example. 60 IN MX 20 mail2.zone-00017.example.";
    CHECK(wrong(answer(mail.question, {first, second})) == "");
    CHECK(wrong(answer(mail.question, {first})) != "");
    CHECK(wrong(answer(mail.question, {})) != "");
    CHECK(wrong(answer(mail.question,
                       {first, "zone-00017.example. 60 IN MX 21 mail2.zone-00017.example."})) !=
          "");
    CHECK(wrong(answer(
              mail.question,
              {first, second, "zone-00017.example. 60 IN MX 30 mail3.zone-00017.example."})) != "");
}

TEST_CASE_FIXTURE(Asked, "an error is told apart from a wrong answer") {
    Packet packet = answer(mail.question, {});
    ldns_pkt_set_rcode(packet.get(), LDNS_RCODE_SERVFAIL);
    CHECK(judge(*packet, mail, keys).error);
    ldns_pkt_set_rcode(packet.get(), LDNS_RCODE_NXDOMAIN);
    CHECK_FALSE(judge(*packet, mail, keys).error);
    CHECK(wrong(packet) == "NXDOMAIN, expected NOERROR");
}

TEST_CASE_FIXTURE(Asked, "the question must come back as it was sent") {
    mail.question.name = "zoNe-00017.example.";
    const Question other{"zone-00017.example.", "MX", false};
    CHECK(wrong(answer(other, {})) == "the question came back as another");
}

TEST_CASE_FIXTURE(Asked, "what is absent is proven by the zone's SOA, or signed by an NSEC") {
    mail.expected.answer.clear();
    mail.expected.authority = "SOA";
    CHECK(wrong(answer(mail.question, {}, {soa})) == "");
    CHECK(wrong(answer(mail.question, {})) == "no SOA in the authority section");
    mail.expected.authority = "NSEC";
    CHECK(wrong(answer(mail.question, {}, {soa})) == "no NSEC in the authority section");
}

TEST_CASE_FIXTURE(Asked, "of a signed zone each set has a signature that its keys made") {
    const std::string record = "zone-00017.example. 60 IN MX 10 mail1.zone-00017.example.";
    mail.expected.answer.resize(1);
    mail.expected.signed_zone = true;
    CHECK(wrong(answer(mail.question, {record})) == "no keys of its zone are known");

    const auto signed_answer = [&](bool with_key) {
        ldns_key* key = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
        // The list frees its keys.
        const std::unique_ptr<ldns_key_list, decltype(&ldns_key_list_free)> list(
            ldns_key_list_new(), &ldns_key_list_free);
        ldns_key_list_push_key(list.get(), key);
        ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str("zone-00017.example."));
        ldns_key_set_flags(key, 257);
        Packet packet = answer(mail.question, {record});
        Records known(ldns_rr_list_new());
        ldns_rr* public_key = ldns_key2rr(key);
        ldns_key_set_keytag(key, ldns_calc_keytag(public_key));
        ldns_rr_list_push_rr(known.get(), public_key);
        const Records signatures(ldns_sign_public(ldns_pkt_answer(packet.get()), list.get()));
        REQUIRE(signatures);
        ldns_pkt_push_rr(packet.get(), LDNS_SECTION_ANSWER,
                         ldns_rr_clone(ldns_rr_list_rr(signatures.get(), 0)));
        if (with_key) {
            keys.insert_or_assign("zone-00017.example.", std::move(known));
        }
        return packet;
    };
    const Packet right = signed_answer(true);
    CHECK(wrong(right) == "");
    const auto shown = canonical(*right);
    CHECK(shown[0] == "NOERROR aa");
    CHECK(shown.size() == 3);
    // Of another key with the same name.
    CHECK(wrong(signed_answer(false)) != "");
    CHECK(wrong(answer(mail.question, {record})) == "no signature of zone-00017.example. MX");
}
