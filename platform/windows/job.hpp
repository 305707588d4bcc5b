#pragma once
// A job object: a process with all that it starts, as one thing to end.

#include "platform/windows/system.hpp"

#include <cstdint>
#include <string>

namespace locum::platform {

// What a process that Locum ended ends with: of the codes that Microsoft leaves to others, by the
// number that a Linux shell knows for it.
constexpr DWORD killed_code = 0xE0000009;

class Job {
public:
    // Without a name only this process reaches it. What it holds may start processes outside.
    // Throws Error(not_trusted) where one of the name is there.
    explicit Job(const std::wstring& name = {});

    void take(HANDLE process) const;
    // True: what it holds is ended where its last handle is closed, whatever closes it.
    void end_with_handle(bool ends) const;
    // Ends all that it holds.
    void kill() const;
    // Processes in it that run.
    unsigned living() const;
    HANDLE get() const { return handle_.get(); }

private:
    Handle handle_;
};

// Of the job that start_detached() put this process in.
std::wstring job_name(std::int64_t pid, std::uint64_t started);

} // namespace locum::platform
