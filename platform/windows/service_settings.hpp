#pragma once
// A service's settings in the service control manager, those beside its configuration above all:
// each has a call of its own, of which Wine has some only. Tests put recorded calls in their place.

#include "platform/service_definition.hpp"
#include "platform/windows/service_manager.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::platform {

// Of one service. Both return the code of Windows, 0 where it went well.
struct SettingCalls {
    std::function<DWORD(DWORD level, void* value)> set; // ChangeServiceConfig2W
    std::function<DWORD(DWORD level, std::vector<unsigned char>& into)> get; // QueryServiceConfig2W
};
SettingCalls setting_calls(SC_HANDLE service);

// Settings that this system has no level for (ERROR_INVALID_LEVEL, which no Windows since 7 says);
// by their names in the text.
using Unknown = std::vector<std::string>;

// All but title, command and dependencies. Throw Error with the service's name.
Unknown put_settings(const SettingCalls& calls, const std::string& name,
                     const ServiceDefinition& definition);
Unknown take_settings(const SettingCalls& calls, const std::string& name, ServiceDefinition& into);

struct FoundDefinition {
    ServiceDefinition definition;
    Unknown unknown;
    std::string account;
    DWORD start = 0; // SERVICE_AUTO_START, …
};
FoundDefinition found_definition(SC_HANDLE service, const std::string& name);

// Starts with the host, a while after what the host itself needs. False: this system knows no
// while.
bool put_delayed_start(const SettingCalls& calls, const std::string& name);

// Nothing is done where it ends by itself, until what was is put back.
class NoRestart {
public:
    NoRestart(const SettingCalls& calls, const std::string& name);
    // Throws Error: the service would stay without.
    void put_back();
    // Where nobody did; says so on standard error where it cannot be.
    ~NoRestart();
    NoRestart(const NoRestart&) = delete;
    NoRestart& operator=(const NoRestart&) = delete;

private:
    const SettingCalls& calls_;
    const std::string name_;
    std::vector<unsigned char> before_; // empty: nothing is to be put back
};

// As the functions of the manager want names: each with a NUL, and one more behind them.
std::wstring name_list(const std::vector<std::string>& names);

} // namespace locum::platform
