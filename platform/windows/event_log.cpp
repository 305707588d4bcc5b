#include "platform/windows/event_log.hpp"

#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

// Its messages 1 to 1000 are "%1". On every Windows.
constexpr const wchar_t* messages = L"%SystemRoot%\\System32\\EventCreate.exe";

std::wstring key_of(const std::string& source) {
    return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + wide(source);
}

unsigned long add(const std::string& source) {
    HKEY key = nullptr;
    if (const LSTATUS code =
            ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_of(source).c_str(), 0, nullptr, 0,
                              KEY_SET_VALUE | KEY_WOW64_64KEY, nullptr, &key, nullptr);
        code != ERROR_SUCCESS)
        return static_cast<unsigned long>(code);
    const auto size = static_cast<DWORD>((std::wcslen(messages) + 1) * sizeof(wchar_t));
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    LSTATUS code = ::RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ,
                                    reinterpret_cast<const BYTE*>(messages), size);
    if (code == ERROR_SUCCESS)
        code = ::RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD,
                                reinterpret_cast<const BYTE*>(&types), sizeof types);
    ::RegCloseKey(key);
    return static_cast<unsigned long>(code);
}

unsigned long remove(const std::string& source) {
    return static_cast<unsigned long>(
        ::RegDeleteKeyExW(HKEY_LOCAL_MACHINE, key_of(source).c_str(), KEY_WOW64_64KEY, 0));
}

unsigned long report(const std::string& source, unsigned short type, unsigned long id,
                     const std::string& text) {
    const HANDLE log = ::RegisterEventSourceW(nullptr, wide(source).c_str());
    if (log == nullptr)
        return ::GetLastError();
    const std::wstring said = wide(text);
    const wchar_t* strings[] = {said.c_str()};
    const BOOL done = ::ReportEventW(log, type, 0, id, nullptr, 1, 0, strings, nullptr);
    const DWORD code = done != 0 ? ERROR_SUCCESS : ::GetLastError();
    ::DeregisterEventSource(log);
    return code;
}

} // namespace

EventCalls event_calls() {
    return {add, remove, report};
}

void add_event_source(const EventCalls& calls, const std::string& source) {
    if (const unsigned long code = calls.add(source); code != ERROR_SUCCESS)
        throw system_error(fmt::format("cannot add {} to the event log's sources", source), code);
}

void remove_event_source(const EventCalls& calls, const std::string& source) {
    if (const unsigned long code = calls.remove(source);
        code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND)
        throw system_error(fmt::format("cannot remove {} from the event log's sources", source),
                           code);
}

void tell_event(const EventCalls& calls, const std::string& service, Event event,
                const std::string& detail) noexcept {
    try {
        switch (event) {
        case Event::started:
            calls.report(service, EVENTLOG_INFORMATION_TYPE, 1, service + " runs");
            break;
        case Event::ended:
            calls.report(service, EVENTLOG_INFORMATION_TYPE, 2, service + " was stopped");
            break;
        case Event::failed:
            calls.report(service, EVENTLOG_ERROR_TYPE, 3,
                         fmt::format("{} failed: {}", service, detail));
            break;
        }
    } catch (...) { // no memory, or a text that is no UTF-8
    }
}

} // namespace locum::platform
