#pragma once
// An event that every child inherits from which it is not kept, as this system has it; of the same
// names in ../windows. CMake chooses.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>

namespace locum::testing {

class InheritableEvent {
public:
    InheritableEvent() : event_(::eventfd(0, EFD_NONBLOCK)) {}
    ~InheritableEvent() { ::close(event_); }
    InheritableEvent(const InheritableEvent&) = delete;
    InheritableEvent& operator=(const InheritableEvent&) = delete;

    // By which a process that has inherited it knows it.
    std::string number() const { return std::to_string(event_); }
    // Since this was asked last.
    bool was_set() const {
        std::uint64_t count = 0;
        return ::read(event_, &count, sizeof count) == sizeof count;
    }

private:
    int event_;
};

// Of this process, where it has it; else nothing happens.
inline void set_event(const std::string& number) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(std::stoi(number), &one, sizeof one);
}

// Returns its exit code. It inherits whatever can be inherited.
inline int run_with_all(const std::string& program, const std::string& word,
                        const std::string& number) {
    return std::system(("'" + program + "' " + word + " " + number).c_str());
}

} // namespace locum::testing
