#pragma once
// What services tell in the event log, Application. The source is the service's name; it has no
// file of messages of its own but the one that Windows has for texts as they are.

#include <functional>
#include <string>

namespace locum::platform {

enum class Event { started, ended, failed };

// Tests put recorded ones in their place. Return the code of Windows.
struct EventCalls {
    std::function<unsigned long(const std::string& source)> add;
    std::function<unsigned long(const std::string& source)> remove;
    std::function<unsigned long(const std::string& source, unsigned short type, unsigned long id,
                                const std::string& text)>
        report;
};
EventCalls event_calls();

// Idempotent; throw Error. Removing one that is not there is fine.
void add_event_source(const EventCalls& calls, const std::string& source);
void remove_event_source(const EventCalls& calls, const std::string& source);
// It is told or it is not: no work stops for it.
void tell_event(const EventCalls& calls, const std::string& service, Event event,
                const std::string& detail) noexcept;

} // namespace locum::platform
