#pragma once
// One process at a time on this host. The lock goes with the process, whatever ends it.

#include <memory>
#include <string>

namespace locum::platform {

class Lock {
public:
    // The file's text, which others can read meanwhile, is pid, time and purpose.
    // Throws Error(busy) naming the holder's pid and since when.
    static Lock take(const std::string& file, const std::string& purpose);
    Lock(Lock&&) noexcept;
    Lock& operator=(Lock&&) noexcept;
    ~Lock();

private:
    struct State;
    explicit Lock(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
