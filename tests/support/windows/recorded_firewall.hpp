#pragma once
// The Windows Firewall with a list of its own, that writes down what it is told.

#include "platform/windows/firewall.hpp"

#include <algorithm>

#include "recorded_rule.hpp"

namespace locum::testing {

using RecordedRules = std::vector<RecordedRule*>; // of the list, which owns them

class RecordedEach final : public Counted<IEnumVARIANT> {
public:
    RecordedEach(Recording& recording, const RecordedRules& rules) :
        Counted(recording), rules_(rules) {}
    HRESULT STDMETHODCALLTYPE Next(ULONG count, VARIANT* to, ULONG* got) override {
        if (count != 1)
            return E_NOTIMPL;
        *got = at_ < rules_.size() ? 1 : 0;
        if (*got == 0)
            return S_FALSE;
        to->vt = VT_DISPATCH;
        to->pdispVal = rules_[at_++];
        to->pdispVal->AddRef();
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Skip(ULONG) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Reset() override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Clone(IEnumVARIANT**) override { return E_NOTIMPL; }

private:
    const RecordedRules& rules_;
    std::size_t at_ = 0;
};

class RecordedList final : public Dispatched<INetFwRules> {
public:
    RecordedList(Recording& recording, RecordedRules& rules) :
        Dispatched(recording), rules_(rules) {}
    HRESULT STDMETHODCALLTYPE get_Count(LONG* to) override {
        *to = static_cast<LONG>(rules_.size());
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Add(INetFwRule* rule) override {
        recording().calls.emplace_back("Add");
        rules_.push_back(static_cast<RecordedRule*>(rule));
        rule->AddRef();
        return S_OK;
    }
    // The first of the name only.
    HRESULT STDMETHODCALLTYPE Remove(BSTR name) override {
        const std::string text = platform::utf8(name);
        recording().calls.push_back("Remove " + text);
        const auto found = std::find_if(rules_.begin(), rules_.end(), [&](RecordedRule* rule) {
            return rule->texts["Name"] == text;
        });
        if (found == rules_.end())
            return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
        (*found)->Release();
        rules_.erase(found);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Item(BSTR, INetFwRule**) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get__NewEnum(IUnknown** to) override {
        *to = new RecordedEach(recording(), rules_);
        return S_OK;
    }

private:
    RecordedRules& rules_;
};

// What a test sets of the firewall itself.
struct FirewallState {
    LONG in_force = NET_FW_PROFILE2_PRIVATE;
    LONG off = 0;            // profiles that are
    LONG blocks_all = 0;     // profiles that let in nobody
    LONG admits_unnamed = 0; // profiles
    NET_FW_MODIFY_STATE modify_state = NET_FW_MODIFY_STATE_OK;
};

// What would change it is refused.
class RecordedPolicy final : public Dispatched<INetFwPolicy2> {
public:
    RecordedPolicy(Recording& recording, const FirewallState& state, RecordedRules& rules) :
        Dispatched(recording), state_(state), rules_(rules) {}
    using Type = NET_FW_PROFILE_TYPE2;

    HRESULT STDMETHODCALLTYPE get_CurrentProfileTypes(LONG* to) override {
        *to = state_.in_force;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE get_FirewallEnabled(Type type, VARIANT_BOOL* to) override {
        return tell((state_.off & type) == 0, to);
    }
    HRESULT STDMETHODCALLTYPE put_FirewallEnabled(Type, VARIANT_BOOL) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_ExcludedInterfaces(Type, VARIANT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE put_ExcludedInterfaces(Type, VARIANT) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_BlockAllInboundTraffic(Type type, VARIANT_BOOL* to) override {
        return tell((state_.blocks_all & type) != 0, to);
    }
    HRESULT STDMETHODCALLTYPE put_BlockAllInboundTraffic(Type, VARIANT_BOOL) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_NotificationsDisabled(Type, VARIANT_BOOL*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE put_NotificationsDisabled(Type, VARIANT_BOOL) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE
    get_UnicastResponsesToMulticastBroadcastDisabled(Type, VARIANT_BOOL*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE
    put_UnicastResponsesToMulticastBroadcastDisabled(Type, VARIANT_BOOL) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_Rules(INetFwRules** to) override {
        *to = new RecordedList(recording(), rules_);
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE get_ServiceRestriction(INetFwServiceRestriction**) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE EnableRuleGroup(LONG, BSTR, VARIANT_BOOL) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE IsRuleGroupEnabled(LONG, BSTR, VARIANT_BOOL*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE RestoreLocalFirewallDefaults() override { return E_ACCESSDENIED; }
    HRESULT STDMETHODCALLTYPE get_DefaultInboundAction(Type type, NET_FW_ACTION* to) override {
        *to = (state_.admits_unnamed & type) != 0 ? NET_FW_ACTION_ALLOW : NET_FW_ACTION_BLOCK;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE put_DefaultInboundAction(Type, NET_FW_ACTION) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_DefaultOutboundAction(Type, NET_FW_ACTION*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE put_DefaultOutboundAction(Type, NET_FW_ACTION) override {
        return E_ACCESSDENIED;
    }
    HRESULT STDMETHODCALLTYPE get_IsRuleGroupCurrentlyEnabled(BSTR, VARIANT_BOOL*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE get_LocalPolicyModifyState(NET_FW_MODIFY_STATE* to) override {
        *to = state_.modify_state;
        return S_OK;
    }

private:
    static HRESULT tell(bool value, VARIANT_BOOL* to) {
        *to = value ? VARIANT_TRUE : VARIANT_FALSE;
        return S_OK;
    }

    const FirewallState& state_;
    RecordedRules& rules_;
};

struct RecordedFirewall {
    Recording recording;
    FirewallState state;
    RecordedRules rules;

    RecordedFirewall() = default;
    RecordedFirewall(const RecordedFirewall&) = delete;
    RecordedFirewall& operator=(const RecordedFirewall&) = delete;
    ~RecordedFirewall() {
        for (RecordedRule* rule : rules)
            rule->Release();
    }

    platform::RuleList list() {
        return platform::listed_by({[this] {
                                        platform::Com<INetFwPolicy2> policy;
                                        *policy.into() =
                                            new RecordedPolicy(recording, state, rules);
                                        return policy;
                                    },
                                    [this] {
                                        platform::Com<INetFwRule> rule;
                                        *rule.into() = new RecordedRule(recording);
                                        return rule;
                                    }});
    }
    // One that somebody else has in the list.
    RecordedRule& foreign(const std::string& name, const std::string& group) {
        rules.push_back(new RecordedRule(recording));
        rules.back()->texts["Name"] = name;
        rules.back()->texts["Grouping"] = group;
        return *rules.back();
    }
};

} // namespace locum::testing
