#include "platform/windows/service_settings.hpp"

#include "platform/standard_error.hpp"
#include "platform/windows/wide.hpp"

#include <algorithm>
#include <cwchar>
#include <fmt/format.h>
#include <utility>

namespace locum::platform {

namespace {

using std::chrono::milliseconds;

// How long nothing may happen until failures are counted anew: with one action for all of them it
// does not matter.
constexpr DWORD reset_seconds = 86'400;

// One setting: true where this system has it.
bool put(const SettingCalls& calls, const std::string& name, DWORD level, void* value) {
    const DWORD code = calls.set(level, value);
    if (code != ERROR_SUCCESS && code != ERROR_INVALID_LEVEL)
        throw service_error("configure", name, code);
    return code == ERROR_SUCCESS;
}

bool take(const SettingCalls& calls, const std::string& name, DWORD level,
          std::vector<unsigned char>& into) {
    const DWORD code = calls.get(level, into);
    if (code != ERROR_SUCCESS && code != ERROR_INVALID_LEVEL)
        throw service_error("look at", name, code);
    return code == ERROR_SUCCESS;
}

template <class T>
const T& as(const std::vector<unsigned char>& bytes) {
    return *reinterpret_cast<const T*>(bytes.data());
}

std::string text(const wchar_t* from) {
    return from == nullptr ? "" : utf8(from);
}

std::vector<std::string> names_of(const wchar_t* list) {
    std::vector<std::string> names;
    for (; list != nullptr && *list != L'\0'; list += std::wcslen(list) + 1)
        names.push_back(utf8(list));
    return names;
}

} // namespace

std::wstring name_list(const std::vector<std::string>& names) {
    std::wstring list;
    for (const std::string& name : names)
        list += wide(name) + L'\0';
    return list + L'\0';
}

SettingCalls setting_calls(SC_HANDLE service) {
    const auto set = [service](DWORD level, void* value) -> DWORD {
        return ::ChangeServiceConfig2W(service, level, value) != 0 ? ERROR_SUCCESS
                                                                   : ::GetLastError();
    };
    const auto get = [service](DWORD level, std::vector<unsigned char>& into) -> DWORD {
        into.resize(1024);
        for (;;) {
            DWORD needed = 0;
            if (::QueryServiceConfig2W(service, level, into.data(), static_cast<DWORD>(into.size()),
                                       &needed) != 0)
                return ERROR_SUCCESS;
            if (const DWORD code = ::GetLastError();
                code != ERROR_INSUFFICIENT_BUFFER || needed <= into.size())
                return code;
            into.resize(needed);
        }
    };
    return {set, get};
}

Unknown put_settings(const SettingCalls& calls, const std::string& name,
                     const ServiceDefinition& definition) {
    Unknown unknown;
    const auto set = [&](const char* setting, DWORD level, void* value) {
        if (!put(calls, name, level, value))
            unknown.emplace_back(setting);
    };
    std::wstring description = wide(definition.description);
    SERVICE_DESCRIPTIONW described{description.data()};
    set("description", SERVICE_CONFIG_DESCRIPTION, &described);

    SC_ACTION again{SC_ACTION_RESTART,
                    static_cast<DWORD>(definition.restart_after.value_or(milliseconds(0)).count())};
    wchar_t none[] = L"";
    // A list that is there but empty takes what was out.
    SERVICE_FAILURE_ACTIONSW actions{reset_seconds, none, none, definition.restart_after ? 1U : 0U,
                                     &again};
    set(service_setting::restart_after, SERVICE_CONFIG_FAILURE_ACTIONS, &actions);
    SERVICE_FAILURE_ACTIONS_FLAG on_failure{definition.restart_on_failure ? TRUE : FALSE};
    set(service_setting::restart_on_failure, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &on_failure);
    SERVICE_PRESHUTDOWN_INFO shutdown{static_cast<DWORD>(definition.end_by_shutdown.count())};
    set(service_setting::end_by_shutdown, SERVICE_CONFIG_PRESHUTDOWN_INFO, &shutdown);
    SERVICE_SID_INFO identity{static_cast<DWORD>(
        definition.own_identity ? SERVICE_SID_TYPE_UNRESTRICTED : SERVICE_SID_TYPE_NONE)};
    set(service_setting::own_identity, SERVICE_CONFIG_SERVICE_SID_INFO, &identity);
    std::wstring privileges = name_list(definition.privileges);
    SERVICE_REQUIRED_PRIVILEGES_INFOW required{privileges.data()};
    set(service_setting::privilege, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &required);
    return unknown;
}

Unknown take_settings(const SettingCalls& calls, const std::string& name, ServiceDefinition& into) {
    Unknown unknown;
    std::vector<unsigned char> bytes;
    const auto get = [&](const char* setting, DWORD level) {
        const bool known = take(calls, name, level, bytes);
        if (!known)
            unknown.emplace_back(setting);
        return known;
    };
    if (get("description", SERVICE_CONFIG_DESCRIPTION))
        into.description = text(as<SERVICE_DESCRIPTIONW>(bytes).lpDescription);
    if (get(service_setting::restart_after, SERVICE_CONFIG_FAILURE_ACTIONS)) {
        const auto& actions = as<SERVICE_FAILURE_ACTIONSW>(bytes);
        if (actions.cActions == 1 && actions.lpsaActions->Type == SC_ACTION_RESTART)
            into.restart_after = milliseconds(actions.lpsaActions->Delay);
    }
    if (get(service_setting::restart_on_failure, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG))
        into.restart_on_failure =
            as<SERVICE_FAILURE_ACTIONS_FLAG>(bytes).fFailureActionsOnNonCrashFailures != 0;
    if (get(service_setting::end_by_shutdown, SERVICE_CONFIG_PRESHUTDOWN_INFO))
        into.end_by_shutdown =
            milliseconds(as<SERVICE_PRESHUTDOWN_INFO>(bytes).dwPreshutdownTimeout);
    if (get(service_setting::own_identity, SERVICE_CONFIG_SERVICE_SID_INFO))
        into.own_identity =
            as<SERVICE_SID_INFO>(bytes).dwServiceSidType == SERVICE_SID_TYPE_UNRESTRICTED;
    if (get(service_setting::privilege, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO))
        into.privileges =
            names_of(as<SERVICE_REQUIRED_PRIVILEGES_INFOW>(bytes).pmszRequiredPrivileges);
    return unknown;
}

FoundDefinition found_definition(SC_HANDLE service, const std::string& name) {
    DWORD needed = 0;
    ::QueryServiceConfigW(service, nullptr, 0, &needed);
    std::vector<unsigned char> bytes(std::max<std::size_t>(needed, sizeof(QUERY_SERVICE_CONFIGW)));
    auto* const config = reinterpret_cast<QUERY_SERVICE_CONFIGW*>(bytes.data());
    if (::QueryServiceConfigW(service, config, static_cast<DWORD>(bytes.size()), &needed) == 0)
        throw service_error("look at", name, ::GetLastError());
    FoundDefinition found;
    found.definition.title = text(config->lpDisplayName);
    found.definition.command = text(config->lpBinaryPathName);
    found.definition.after = names_of(config->lpDependencies);
    found.account = text(config->lpServiceStartName);
    found.start = config->dwStartType;
    found.unknown = take_settings(setting_calls(service), name, found.definition);
    return found;
}

bool put_delayed_start(const SettingCalls& calls, const std::string& name) {
    SERVICE_DELAYED_AUTO_START_INFO delayed{TRUE};
    return put(calls, name, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed);
}

NoRestart::NoRestart(const SettingCalls& calls, const std::string& name) :
    calls_(calls), name_(name) {
    if (!take(calls, name, SERVICE_CONFIG_FAILURE_ACTIONS, before_)) {
        before_.clear(); // this system restarts nothing
        return;
    }
    SC_ACTION nothing{SC_ACTION_NONE, 0};
    wchar_t none[] = L"";
    SERVICE_FAILURE_ACTIONSW actions{reset_seconds, none, none, 0, &nothing};
    put(calls, name, SERVICE_CONFIG_FAILURE_ACTIONS, &actions);
}

void NoRestart::put_back() {
    std::vector<unsigned char> before = std::exchange(before_, {});
    if (before.empty())
        return;
    const DWORD code = calls_.set(SERVICE_CONFIG_FAILURE_ACTIONS, before.data());
    if (code != ERROR_SUCCESS)
        throw engine::Error(fmt::format("the service {} is not restarted after a failure any more, "
                                        "since its recovery actions could not be put back: {}",
                                        name_, system_text(code)))
            .remedy(fmt::format("locum repair; or: sc failure {} reset= {} actions= restart/1000",
                                name_, reset_seconds));
}

NoRestart::~NoRestart() {
    try {
        put_back();
    } catch (const engine::Error& error) {
        to_stderr(fmt::format("{}; {}\n", error.what(), error.remedy()));
    } catch (const std::exception& error) {
        to_stderr(fmt::format("{}\n", error.what()));
    }
}

} // namespace locum::platform
