#pragma once
// A rule of the Windows Firewall that writes down what it is told, and spells it as the real one
// does when it is asked.

#include "platform/windows/com.hpp"

#include <fmt/format.h>
#include <map>
#include <netfw.h>
#include <string>
#include <type_traits>
#include <vector>

namespace locum::testing {

// Of all objects of one recording.
struct Recording {
    std::vector<std::string>
        calls;           // "LocalPorts = 443" of what is put, "LocalPorts?" of a question
    std::string refused; // what is put by this name is not taken
    int living = 0;      // objects
};

// Counts who has it; gone with the last.
template <class Interface>
class Counted : public Interface {
public:
    explicit Counted(Recording& recording) : recording_(recording) { ++recording_.living; }
    virtual ~Counted() { --recording_.living; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    ULONG STDMETHODCALLTYPE AddRef() override { return ++owners_; }
    ULONG STDMETHODCALLTYPE Release() override {
        const ULONG left = --owners_;
        if (left == 0)
            delete this;
        return left;
    }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) override {
        const bool dispatches =
            std::is_base_of_v<IDispatch, Interface> && id == __uuidof(IDispatch);
        if (!dispatches && id != __uuidof(Interface) && id != __uuidof(IUnknown)) {
            *object = nullptr;
            return E_NOINTERFACE;
        }
        *object = static_cast<Interface*>(this);
        AddRef();
        return S_OK;
    }

protected:
    Recording& recording() { return recording_; }

private:
    Recording& recording_;
    ULONG owners_ = 1;
};

// Nobody calls by name.
template <class Interface>
class Dispatched : public Counted<Interface> {
public:
    using Counted<Interface>::Counted;
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT*) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo**) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) override {
        return E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*,
                                     UINT*) override {
        return E_NOTIMPL;
    }
};

// "10.0.0.0/8" as the list has it, with the mask; IPv6 and what is no address stay.
inline std::string listed_spelling(const std::string& source) {
    if (source.find(':') != std::string::npos || source.find('.') == std::string::npos)
        return source;
    const std::size_t slash = source.find('/');
    const unsigned bits = slash == std::string::npos
                              ? 32
                              : static_cast<unsigned>(std::stoi(source.substr(slash + 1)));
    const std::uint32_t mask = bits == 0 ? 0 : ~0U << (32 - bits);
    return fmt::format("{}/{}.{}.{}.{}", source.substr(0, slash), mask >> 24U, mask >> 16U & 255U,
                       mask >> 8U & 255U, mask & 255U);
}

constexpr LONG any_protocol = 256; // NET_FW_IP_PROTOCOL_ANY, which MinGW has not

class RecordedRule final : public Dispatched<INetFwRule> {
public:
    using Dispatched::Dispatched;

    // As a new one is; public, so that a test makes it what somebody else made of it.
    std::map<std::string, std::string> texts{{"LocalAddresses", "*"},
                                             {"RemoteAddresses", "*"},
                                             {"RemotePorts", "*"},
                                             {"InterfaceTypes", "All"}};
    std::map<std::string, LONG> numbers{
        {"Protocol", any_protocol},       {"Direction", NET_FW_RULE_DIR_IN},
        {"Enabled", VARIANT_FALSE},       {"Profiles", NET_FW_PROFILE2_ALL},
        {"EdgeTraversal", VARIANT_FALSE}, {"Action", NET_FW_ACTION_ALLOW}};
    bool of_one_interface = false;

    HRESULT STDMETHODCALLTYPE get_Name(BSTR* to) override { return give("Name", to); }
    HRESULT STDMETHODCALLTYPE put_Name(BSTR text) override { return take("Name", text); }
    HRESULT STDMETHODCALLTYPE get_Description(BSTR* to) override { return give("Description", to); }
    HRESULT STDMETHODCALLTYPE put_Description(BSTR text) override {
        return take("Description", text);
    }
    HRESULT STDMETHODCALLTYPE get_ApplicationName(BSTR* to) override {
        return give("ApplicationName", to);
    }
    HRESULT STDMETHODCALLTYPE put_ApplicationName(BSTR text) override {
        return take("ApplicationName", text);
    }
    HRESULT STDMETHODCALLTYPE get_ServiceName(BSTR* to) override { return give("ServiceName", to); }
    HRESULT STDMETHODCALLTYPE put_ServiceName(BSTR text) override {
        return take("ServiceName", text);
    }
    HRESULT STDMETHODCALLTYPE get_Protocol(LONG* to) override { return give("Protocol", to); }
    HRESULT STDMETHODCALLTYPE put_Protocol(LONG value) override { return take("Protocol", value); }
    // Ports are of TCP and UDP only.
    HRESULT STDMETHODCALLTYPE get_LocalPorts(BSTR* to) override {
        return has_ports() ? give("LocalPorts", to) : E_INVALIDARG;
    }
    HRESULT STDMETHODCALLTYPE put_LocalPorts(BSTR text) override {
        return has_ports() ? take("LocalPorts", text) : E_INVALIDARG;
    }
    HRESULT STDMETHODCALLTYPE get_RemotePorts(BSTR* to) override { return give("RemotePorts", to); }
    HRESULT STDMETHODCALLTYPE put_RemotePorts(BSTR text) override {
        return take("RemotePorts", text);
    }
    HRESULT STDMETHODCALLTYPE get_LocalAddresses(BSTR* to) override {
        return give("LocalAddresses", to);
    }
    HRESULT STDMETHODCALLTYPE put_LocalAddresses(BSTR text) override {
        return take("LocalAddresses", text);
    }
    HRESULT STDMETHODCALLTYPE get_RemoteAddresses(BSTR* to) override {
        return give("RemoteAddresses", to);
    }
    HRESULT STDMETHODCALLTYPE put_RemoteAddresses(BSTR text) override {
        const HRESULT code = take("RemoteAddresses", text);
        texts["RemoteAddresses"] = listed_spelling(texts["RemoteAddresses"]);
        return code;
    }
    HRESULT STDMETHODCALLTYPE get_IcmpTypesAndCodes(BSTR* to) override {
        return give("IcmpTypesAndCodes", to);
    }
    HRESULT STDMETHODCALLTYPE put_IcmpTypesAndCodes(BSTR text) override {
        return take("IcmpTypesAndCodes", text);
    }
    HRESULT STDMETHODCALLTYPE get_Direction(NET_FW_RULE_DIRECTION* to) override {
        return give("Direction", to);
    }
    HRESULT STDMETHODCALLTYPE put_Direction(NET_FW_RULE_DIRECTION value) override {
        return take("Direction", value);
    }
    HRESULT STDMETHODCALLTYPE get_Interfaces(VARIANT* to) override {
        recording().calls.emplace_back("Interfaces?");
        if (of_one_interface) {
            to->vt = VT_ARRAY | VT_VARIANT;
            to->parray = ::SafeArrayCreateVector(VT_VARIANT, 0, 1);
        }
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE put_Interfaces(VARIANT) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE get_InterfaceTypes(BSTR* to) override {
        return give("InterfaceTypes", to);
    }
    HRESULT STDMETHODCALLTYPE put_InterfaceTypes(BSTR text) override {
        return take("InterfaceTypes", text);
    }
    HRESULT STDMETHODCALLTYPE get_Enabled(VARIANT_BOOL* to) override { return give("Enabled", to); }
    HRESULT STDMETHODCALLTYPE put_Enabled(VARIANT_BOOL value) override {
        return take("Enabled", value);
    }
    HRESULT STDMETHODCALLTYPE get_Grouping(BSTR* to) override { return give("Grouping", to); }
    HRESULT STDMETHODCALLTYPE put_Grouping(BSTR text) override { return take("Grouping", text); }
    HRESULT STDMETHODCALLTYPE get_Profiles(LONG* to) override { return give("Profiles", to); }
    HRESULT STDMETHODCALLTYPE put_Profiles(LONG value) override { return take("Profiles", value); }
    HRESULT STDMETHODCALLTYPE get_EdgeTraversal(VARIANT_BOOL* to) override {
        return give("EdgeTraversal", to);
    }
    HRESULT STDMETHODCALLTYPE put_EdgeTraversal(VARIANT_BOOL value) override {
        return take("EdgeTraversal", value);
    }
    HRESULT STDMETHODCALLTYPE get_Action(NET_FW_ACTION* to) override { return give("Action", to); }
    HRESULT STDMETHODCALLTYPE put_Action(NET_FW_ACTION value) override {
        return take("Action", value);
    }

private:
    bool has_ports() {
        return numbers["Protocol"] == NET_FW_IP_PROTOCOL_TCP ||
               numbers["Protocol"] == NET_FW_IP_PROTOCOL_UDP;
    }
    HRESULT noted(const std::string& name, const std::string& value) {
        if (recording().refused == name)
            return E_INVALIDARG;
        recording().calls.push_back(name + " = " + value);
        return S_OK;
    }
    // A text that is not set is none, and no empty one.
    HRESULT give(const std::string& name, BSTR* to) {
        recording().calls.push_back(name + "?");
        const auto found = texts.find(name);
        *to = found == texts.end() ? nullptr
                                   : ::SysAllocString(platform::wide(found->second).c_str());
        return S_OK;
    }
    template <class T>
    HRESULT give(const std::string& name, T* to) {
        recording().calls.push_back(name + "?");
        *to = static_cast<T>(numbers.at(name));
        return S_OK;
    }
    // By its own length, which only a BSTR has in front of it.
    HRESULT take(const std::string& name, BSTR text) {
        texts[name] = platform::utf8({text, ::SysStringLen(text)});
        return noted(name, texts[name]);
    }
    HRESULT take(const std::string& name, LONG value) {
        numbers[name] = value;
        return noted(name, std::to_string(value));
    }
};

} // namespace locum::testing
