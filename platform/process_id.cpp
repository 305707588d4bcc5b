#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/native_process.hpp"
#include "platform/program.hpp"

#include <chrono>
#include <fmt/format.h>
#include <thread>

namespace locum::platform {

std::optional<ProcessId> recorded(const std::string& record_file, const std::string& executable) {
    if (!exists(record_file))
        return std::nullopt;
    const std::string text = read_file(record_file);
    const std::size_t line = std::min(text.size(), text.find('\n'));
    std::optional<ProcessId> process = parse_record_line(std::string_view(text).substr(0, line));
    if (!process)
        throw engine::Error(fmt::format("{} is not the record of a process; expected {}",
                                        record_file, record_line_form()))
            .remedy(fmt::format("end the process by hand if it runs, then remove {}", record_file));
    process->executable = text.substr(std::min(text.size(), line + 1));
    if (const std::size_t second = process->executable.find('\n'); second != std::string::npos) {
        process->boot = process->executable.substr(second + 1);
        process->executable.resize(second);
    }
    if (process->executable.empty())
        process->executable = executable_of(find_program({executable}));
    // On Linux the record is written before exec: whoever reads it at that moment sees the
    // starter's program still, and would take the process for a foreign one.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!alive(*process) && runs_since(*process) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return process;
}

bool alive(const ProcessId& process) {
    if (!runs_since(process))
        return false;
    if (!process.boot.empty())
        return process.boot == boot_id();
    // Another user's executable cannot be read without privilege; pid and start time must do then.
    const std::optional<std::string> executable = executable_of_process(process.pid);
    return executable ? same_executable(*executable, process.executable) : runs_since(process);
}

} // namespace locum::platform
