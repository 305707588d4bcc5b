#pragma once
// What happens around CreateProcessW, for run(), Companion, start_detached() and run_in_front()
// alike. A child gets the three handles that it is given and no others: they are listed, so that
// threads which start children at once do not pass on each other's.

#include "platform/process.hpp"
#include "platform/windows/job.hpp"
#include "platform/windows/system.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

struct Streams {
    HANDLE input = nullptr;
    HANDLE output = nullptr;
    HANDLE errors = nullptr;
};

struct NewProcess {
    Handle process;
    Handle thread; // the first, which waits for let_run()
    std::int64_t pid = 0;
    std::uint64_t started = 0;
};

// environment: as environment_block() makes it. folder: empty: this process's. Throws Error where
// it cannot be executed, and says so where it is the folder's fault. One that is not let run has to
// be ended by the caller.
NewProcess create_suspended(const std::vector<std::string>& argv, const std::string& folder,
                            std::wstring environment, const Streams& streams, DWORD flags);
void let_run(const NewProcess& process);
// In a group and a job of its own that ends with this process.
NewProcess launch(const Command& command, const Streams& streams, const Job& job);

// These variables, on top of this process's own; inherits false: on top of those that no program
// can do without, and of `also`.
std::wstring environment_block(const std::map<std::string, std::string>& own, bool inherits,
                               const std::vector<std::wstring>& also = {});
// A process group of its own, for CTRL_BREAK; at this process's console, so that it can be sent
// there, else at one of its own that nobody sees.
DWORD group_flags();
bool has_console();
Handle null_device(DWORD access);

Finished how_it_ended(HANDLE process);
// 100 ns since 1601; 0: cannot be told.
std::uint64_t created(HANDLE process);
// Backslashes, and no "\\?\", which neither working folders nor many programs can take.
std::wstring plain_path(const std::string& path);
// Where cmd.exe is.
std::string system_folder();

} // namespace locum::platform
