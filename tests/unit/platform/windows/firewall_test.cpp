// What the Windows Firewall is told and asked, by objects that record it, and the real one. Wine
// has the form of one only: there its state cannot be read.

#include "platform/windows/firewall.hpp"
#include "tests/support/firewall_contract.hpp"
#include "tests/support/scratch.hpp"

#include "recorded_firewall.hpp"

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::error_of;
using testing::RecordedFirewall;
using Calls = std::vector<std::string>;

namespace {

bool is_wine() {
    return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

const std::string group = "locum:small";

ListedRule sample() {
    return {"locum:small b\xc3\xa4r: TCP 8443 from 10.0.0.0/8",
            group,
            "Locum's",
            true,
            "8443",
            "10.0.0.0/8",
            "small-server",
            "C:/Program Files/small/run.exe",
            domain_profile | private_profile};
}

std::string text_of(const ListedRule& rule) {
    return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", rule.name, rule.group, rule.description,
                       rule.tcp, rule.ports, rule.from, rule.service, rule.program, rule.profiles,
                       rule.plain);
}

ListedRule read_back(RecordedFirewall& firewall) {
    const std::vector<ListedRule> all = firewall.list().read(group);
    REQUIRE(all.size() == 1);
    return all[0];
}

} // namespace

TEST_CASE("firewall of Windows: a rule is told all that it is, its protocol before its ports") {
    RecordedFirewall firewall;
    firewall.list().add(sample());
    CHECK(firewall.recording.calls ==
          Calls{"Name = locum:small b\xc3\xa4r: TCP 8443 from 10.0.0.0/8", "Description = Locum's",
                "Grouping = locum:small", "Protocol = 6", "LocalPorts = 8443",
                "RemoteAddresses = 10.0.0.0/8", "ServiceName = small-server",
                "ApplicationName = C:\\Program Files\\small\\run.exe", "Direction = 1",
                "Action = 1", "Profiles = 3", "EdgeTraversal = 0", "Enabled = -1", "Add"});
    CHECK(firewall.recording.living == 1); // what is in the list
}

TEST_CASE("firewall of Windows: whoever, from anywhere, in any network") {
    RecordedFirewall firewall;
    ListedRule rule{"name", group};
    rule.tcp = false;
    rule.ports = "53";
    firewall.list().add(rule);
    const Calls& calls = firewall.recording.calls;
    const auto told = [&](const std::string& call) {
        return std::find(calls.begin(), calls.end(), call) != calls.end();
    };
    CHECK(told("Protocol = 17"));
    CHECK(told("RemoteAddresses = *"));
    CHECK(told("Profiles = 2147483647"));
    // No name is not the same as an empty one.
    CHECK(std::none_of(calls.begin(), calls.end(), [](const std::string& call) {
        return call.starts_with("ServiceName") || call.starts_with("ApplicationName");
    }));
    CHECK(text_of(read_back(firewall)) == text_of(rule));
}

TEST_CASE("firewall of Windows: what was added is read back") {
    RecordedFirewall firewall;
    ListedRule rule = sample();
    SUBCASE("a service") {}
    SUBCASE("from one address") {
        rule.from = "198.51.100.12";
    }
    SUBCASE("from a network of IPv6, in public networks only") {
        rule.from = "2001:db8:7::/48";
        rule.profiles = public_profile;
    }
    firewall.list().add(rule);
    CHECK(text_of(read_back(firewall)) == text_of(rule));
    CHECK(firewall.recording.living == 1);
}

TEST_CASE("firewall of Windows: of others' rules only name and group are asked") {
    RecordedFirewall firewall;
    firewall.foreign("Remote Desktop", "@FirewallAPI.dll,-28752");
    const ListedRule found = read_back(firewall);
    CHECK(found.name == "Remote Desktop");
    CHECK(found.group == "@FirewallAPI.dll,-28752");
    CHECK(firewall.recording.calls == Calls{"Name?", "Grouping?"});
}

TEST_CASE(
    "firewall of Windows: a rule that somebody narrowed, widened or turned is seen to be so") {
    RecordedFirewall firewall;
    firewall.list().add(sample());
    CHECK(read_back(firewall).plain);
    testing::RecordedRule& rule = *firewall.rules[0];
    SUBCASE("disabled") {
        rule.numbers["Enabled"] = VARIANT_FALSE;
    }
    SUBCASE("through an edge") {
        rule.numbers["EdgeTraversal"] = VARIANT_TRUE;
    }
    SUBCASE("out") {
        rule.numbers["Direction"] = NET_FW_RULE_DIR_OUT;
    }
    SUBCASE("blocks") {
        rule.numbers["Action"] = NET_FW_ACTION_BLOCK;
    }
    SUBCASE("any protocol, which has no ports") {
        rule.numbers["Protocol"] = testing::any_protocol;
    }
    SUBCASE("at one address of the host") {
        rule.texts["LocalAddresses"] = "192.0.2.1";
    }
    SUBCASE("from one port") {
        rule.texts["RemotePorts"] = "1024";
    }
    SUBCASE("by one kind of interface") {
        rule.texts["InterfaceTypes"] = "Wireless";
    }
    SUBCASE("by one interface") {
        rule.of_one_interface = true;
    }
    CHECK(!read_back(firewall).plain);
}

TEST_CASE("firewall of Windows: what is not taken is told, and nothing is added") {
    RecordedFirewall firewall;
    firewall.recording.refused = "LocalPorts";
    const engine::Error error = error_of([&] { firewall.list().add(sample()); });
    CHECK(contains(error.what(), "the firewall does not take '8443' in a rule"));
    CHECK(contains(error.remedy(), "mpssvc"));
    CHECK(firewall.rules.empty());
    CHECK(firewall.recording.living == 0);
}

TEST_CASE("firewall of Windows: its profiles, and whether its own rules count") {
    RecordedFirewall firewall;
    firewall.state.in_force = NET_FW_PROFILE2_PRIVATE | NET_FW_PROFILE2_PUBLIC;
    firewall.state.off = NET_FW_PROFILE2_DOMAIN;
    firewall.state.admits_unnamed = NET_FW_PROFILE2_PRIVATE;
    firewall.state.blocks_all = NET_FW_PROFILE2_PUBLIC;
    const std::vector<ProfileState> all = firewall.list().profiles();
    REQUIRE(all.size() == 3);
    const auto is = [&](std::size_t at, const ProfileState& expected) {
        CAPTURE(at);
        CHECK(all[at].profile == expected.profile);
        CHECK(all[at].in_force == expected.in_force);
        CHECK(all[at].on == expected.on);
        CHECK(all[at].denies_unnamed == expected.denies_unnamed);
        CHECK(all[at].blocks_all_in == expected.blocks_all_in);
    };
    is(0, {domain_profile, false, false, true, false});
    is(1, {private_profile, true, true, false, false});
    is(2, {public_profile, true, true, true, true});
    CHECK(firewall.list().local_rules() == LocalRules::count);
    firewall.state.modify_state = NET_FW_MODIFY_STATE_GP_OVERRIDE;
    CHECK(firewall.list().local_rules() == LocalRules::overruled);
    CHECK(firewall.recording.living == 0);
}

TEST_CASE("firewall of Windows: it keeps the contract of firewalls") {
    RecordedFirewall firewall;
    firewall.foreign("Remote Desktop", "@FirewallAPI.dll,-28752");
    testing::keeps_firewall_contract(
        {[&](const std::string& owner) {
             return firewall_of("Windows Firewall", owner, firewall.list()).value();
         },
         [&] {
             std::string text;
             for (testing::RecordedRule* rule : firewall.rules)
                 if (!rule->texts["Grouping"].starts_with("locum:"))
                     text += rule->texts["Name"] + "\n";
             return text;
         }});
    CHECK(firewall.recording.living == 1);
}

TEST_CASE("firewall of Windows: one that cannot be asked is an error that says how to go on") {
    CHECK(firewall_tells_programs_apart());
    if (!is_wine()) {
        CHECK_NOTHROW(firewall_in_force("locum:unit"));
        return;
    }
    for (const engine::Error& error : {error_of([] { firewall_in_force("locum:unit"); }),
                                       error_of([] { remove_firewall_rules("locum:unit"); })}) {
        CHECK(contains(error.what(), "cannot be read"));
        CHECK(contains(error.remedy(), "manage = false in [firewall]"));
    }
    CHECK_NOTHROW(remove_firewall_rules("locum:unit", "Windows Firewall")); // is not asked then
}
