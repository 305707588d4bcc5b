#pragma once
// An event that every child inherits from which it is not kept, as this system has it; of the same
// names in ../linux. CMake chooses.

#include <cstdint>
#include <process.h>
#include <string>
#include <windows.h>

namespace locum::testing {

class InheritableEvent {
public:
    InheritableEvent() {
        SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
        event_ = ::CreateEventW(&inherited, FALSE, FALSE, nullptr);
    }
    ~InheritableEvent() { ::CloseHandle(event_); }
    InheritableEvent(const InheritableEvent&) = delete;
    InheritableEvent& operator=(const InheritableEvent&) = delete;

    // By which a process that has inherited it knows it.
    std::string number() const { return std::to_string(reinterpret_cast<std::uintptr_t>(event_)); }
    // Since this was asked last.
    bool was_set() const { return ::WaitForSingleObject(event_, 0) == WAIT_OBJECT_0; }

private:
    HANDLE event_;
};

// Of this process, where it has it; else nothing happens.
inline void set_event(const std::string& number) {
    ::SetEvent(reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(std::stoull(number))));
}

// Returns its exit code. It inherits whatever can be inherited.
inline int run_with_all(const std::string& program, const std::string& word,
                        const std::string& number) {
    return static_cast<int>(::_spawnl(_P_WAIT, (program + ".exe").c_str(), program.c_str(),
                                      word.c_str(), number.c_str(), nullptr));
}

} // namespace locum::testing
