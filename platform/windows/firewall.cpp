// The Windows Firewall, by INetFwPolicy2. It is neither turned on nor off, and nothing is told to
// read its rules again: they count as soon as they are added.
#include "platform/windows/firewall.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>

namespace locum::platform {

namespace {

constexpr const char* title = "Windows Firewall";

// With what to do where it cannot be asked: a firewall that is not Microsoft's, or a system that
// only has the form of one.
[[noreturn]] void unasked(const engine::Error& error) {
    throw engine::Error(error.one_line(), error.kind())
        .remedy("see that the service Windows Defender Firewall (mpssvc) runs; or let in the "
                "suite's ports by hand, and set manage = false in [firewall] of the answers");
}

template <class F>
auto asked(F f) {
    try {
        const ComThread thread;
        return f();
    } catch (const engine::Error& error) {
        unasked(error);
    }
}

Com<INetFwRules> rules_of(const Com<INetFwPolicy2>& policy) {
    Com<INetFwRules> rules;
    require(policy->get_Rules(rules.into()), "the firewall's rules cannot be read");
    return rules;
}

template <class Get>
std::string text_of(INetFwRule* rule, Get get) {
    ComText text;
    require((rule->*get)(text.into()), "a rule of the firewall cannot be read");
    return text.text();
}

template <class T, class Get>
T value_of(INetFwRule* rule, Get get) {
    T value{};
    require((rule->*get)(&value), "a rule of the firewall cannot be read");
    return value;
}

bool is_any(const std::string& text) {
    return text.empty() || text == "*";
}

bool of_some_interfaces(INetFwRule* rule) {
    VARIANT interfaces;
    ::VariantInit(&interfaces);
    require(rule->get_Interfaces(&interfaces), "a rule of the firewall cannot be read");
    const bool some = interfaces.vt != VT_EMPTY && interfaces.vt != VT_NULL;
    ::VariantClear(&interfaces);
    return some;
}

void read_details(INetFwRule* rule, ListedRule& one) {
    const auto protocol = value_of<LONG>(rule, &INetFwRule::get_Protocol);
    one.tcp = protocol == NET_FW_IP_PROTOCOL_TCP;
    one.description = text_of(rule, &INetFwRule::get_Description);
    const bool has_ports = one.tcp || protocol == NET_FW_IP_PROTOCOL_UDP;
    if (has_ports)
        one.ports = text_of(rule, &INetFwRule::get_LocalPorts);
    one.from = listed_source(text_of(rule, &INetFwRule::get_RemoteAddresses));
    one.service = text_of(rule, &INetFwRule::get_ServiceName);
    one.program = text_of(rule, &INetFwRule::get_ApplicationName);
    std::replace(one.program.begin(), one.program.end(), '\\', '/');
    one.profiles =
        static_cast<unsigned>(value_of<LONG>(rule, &INetFwRule::get_Profiles)) & all_profiles;
    const std::string interfaces = text_of(rule, &INetFwRule::get_InterfaceTypes);
    one.plain =
        has_ports && value_of<VARIANT_BOOL>(rule, &INetFwRule::get_Enabled) != VARIANT_FALSE &&
        value_of<VARIANT_BOOL>(rule, &INetFwRule::get_EdgeTraversal) == VARIANT_FALSE &&
        value_of<NET_FW_RULE_DIRECTION>(rule, &INetFwRule::get_Direction) == NET_FW_RULE_DIR_IN &&
        value_of<NET_FW_ACTION>(rule, &INetFwRule::get_Action) == NET_FW_ACTION_ALLOW &&
        is_any(text_of(rule, &INetFwRule::get_LocalAddresses)) &&
        is_any(text_of(rule, &INetFwRule::get_RemotePorts)) &&
        (interfaces.empty() || interfaces == "All") && !of_some_interfaces(rule);
}

std::vector<ListedRule> read_rules(const FirewallObjects& objects, const std::string& group) {
    return asked([&] {
        const Com<INetFwPolicy2> firewall = objects.policy();
        const Com<INetFwRules> rules = rules_of(firewall);
        Com<IUnknown> each;
        require(rules->get__NewEnum(each.into()), "the firewall's rules cannot be read");
        Com<IEnumVARIANT> next;
        require(each->QueryInterface(__uuidof(IEnumVARIANT), next.into_void()),
                "the firewall's rules cannot be read");
        std::vector<ListedRule> all;
        for (;;) {
            VARIANT item;
            ::VariantInit(&item);
            ULONG got = 0;
            const HRESULT code = next->Next(1, &item, &got);
            require(code, "the firewall's rules cannot be read");
            if (code != S_OK || got == 0)
                return all;
            Com<INetFwRule> rule;
            const HRESULT is_rule =
                item.vt == VT_DISPATCH
                    ? item.pdispVal->QueryInterface(__uuidof(INetFwRule), rule.into_void())
                    : E_NOINTERFACE;
            ::VariantClear(&item);
            require(is_rule, "the firewall's rules cannot be read");
            ListedRule one{text_of(rule.get(), &INetFwRule::get_Name),
                           text_of(rule.get(), &INetFwRule::get_Grouping)};
            if (one.group == group)
                read_details(rule.get(), one);
            all.push_back(std::move(one));
        }
    });
}

void add_rule(const FirewallObjects& objects, const ListedRule& one) {
    asked([&] {
        const Com<INetFwRule> rule = objects.new_rule();
        const auto put = [&](auto what, const std::string& text) {
            require((rule.get()->*what)(ComText(text).get()),
                    "the firewall does not take '" + text + "' in a rule");
        };
        const auto put_value = [&](auto what, auto value) {
            require((rule.get()->*what)(value), "the firewall does not take a rule");
        };
        put(&INetFwRule::put_Name, one.name);
        put(&INetFwRule::put_Description, one.description);
        put(&INetFwRule::put_Grouping, one.group);
        // Before the ports, which are checked against it.
        put_value(&INetFwRule::put_Protocol,
                  static_cast<LONG>(one.tcp ? NET_FW_IP_PROTOCOL_TCP : NET_FW_IP_PROTOCOL_UDP));
        put(&INetFwRule::put_LocalPorts, one.ports);
        put(&INetFwRule::put_RemoteAddresses, one.from.empty() ? "*" : one.from);
        if (!one.service.empty())
            put(&INetFwRule::put_ServiceName, one.service);
        if (!one.program.empty())
            put(&INetFwRule::put_ApplicationName, with_backslashes(one.program));
        put_value(&INetFwRule::put_Direction, NET_FW_RULE_DIR_IN);
        put_value(&INetFwRule::put_Action, NET_FW_ACTION_ALLOW);
        put_value(&INetFwRule::put_Profiles, one.profiles == all_profiles
                                                 ? static_cast<LONG>(NET_FW_PROFILE2_ALL)
                                                 : static_cast<LONG>(one.profiles));
        put_value(&INetFwRule::put_EdgeTraversal, static_cast<VARIANT_BOOL>(VARIANT_FALSE));
        put_value(&INetFwRule::put_Enabled, static_cast<VARIANT_BOOL>(VARIANT_TRUE));
        const Com<INetFwPolicy2> firewall = objects.policy();
        require(rules_of(firewall)->Add(rule.get()), "the firewall does not take a rule");
    });
}

void remove_rule(const FirewallObjects& objects, const std::string& name) {
    asked([&] {
        const Com<INetFwPolicy2> firewall = objects.policy();
        const HRESULT code = rules_of(firewall)->Remove(ComText(name).get());
        if (code != HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND))
            require(code, "the firewall does not remove the rule '" + name + "'");
    });
}

std::vector<ProfileState> read_profiles(const FirewallObjects& objects) {
    return asked([&] {
        const char* const what = "the firewall's profiles cannot be read";
        const Com<INetFwPolicy2> firewall = objects.policy();
        LONG in_force = 0;
        require(firewall->get_CurrentProfileTypes(&in_force), what);
        std::vector<ProfileState> all;
        for (const unsigned profile : {domain_profile, private_profile, public_profile}) {
            const auto type = static_cast<NET_FW_PROFILE_TYPE2>(profile);
            VARIANT_BOOL on = VARIANT_FALSE;
            VARIANT_BOOL blocks = VARIANT_FALSE;
            NET_FW_ACTION unnamed = NET_FW_ACTION_BLOCK;
            require(firewall->get_FirewallEnabled(type, &on), what);
            require(firewall->get_BlockAllInboundTraffic(type, &blocks), what);
            require(firewall->get_DefaultInboundAction(type, &unnamed), what);
            all.push_back({profile, (static_cast<unsigned>(in_force) & profile) != 0,
                           on != VARIANT_FALSE, unnamed == NET_FW_ACTION_BLOCK,
                           blocks != VARIANT_FALSE});
        }
        return all;
    });
}

LocalRules read_local_rules(const FirewallObjects& objects) {
    return asked([&] {
        NET_FW_MODIFY_STATE state = NET_FW_MODIFY_STATE_OK;
        require(objects.policy()->get_LocalPolicyModifyState(&state),
                "whether the firewall's own rules count cannot be read");
        return state == NET_FW_MODIFY_STATE_GP_OVERRIDE ? LocalRules::overruled : LocalRules::count;
    });
}

template <class Coclass, class Object>
Com<Object> made(const std::string& failed) {
    Com<Object> object;
    require(::CoCreateInstance(__uuidof(Coclass), nullptr, CLSCTX_INPROC_SERVER, __uuidof(Object),
                               object.into_void()),
            failed);
    return object;
}

} // namespace

FirewallObjects real_firewall() {
    return {
        [] { return made<NetFwPolicy2, INetFwPolicy2>("the Windows Firewall cannot be asked"); },
        [] { return made<NetFwRule, INetFwRule>("no rule of the firewall can be made"); }};
}

RuleList listed_by(const FirewallObjects& objects) {
    return {[objects](const std::string& group) { return read_rules(objects, group); },
            [objects](const ListedRule& rule) { add_rule(objects, rule); },
            [objects](const std::string& name) { remove_rule(objects, name); },
            [objects] { return read_profiles(objects); },
            [objects] { return read_local_rules(objects); }};
}

bool firewall_tells_programs_apart() {
    return true;
}

std::optional<Firewall> firewall_in_force(const std::string& owner) {
    return firewall_of(title, owner, listed_by(real_firewall()));
}

void remove_firewall_rules(const std::string& owner, const std::string& except) {
    if (except != title)
        remove_rules_of(owner, listed_by(real_firewall()));
}

} // namespace locum::platform
