#include "platform/native_process.hpp"
#include "platform/process.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/system_table.hpp"
#include "platform/windows/wide.hpp"

#include <memory>
#include <shellapi.h>

namespace locum::platform {

namespace {

std::vector<std::string> words_of(const std::wstring& line) {
    int count = 0;
    const std::unique_ptr<wchar_t*, LocalFreed> words(::CommandLineToArgvW(line.c_str(), &count));
    std::vector<std::string> argv;
    for (int i = 0; words && i < count; ++i)
        argv.push_back(utf8(words.get()[i]));
    return argv;
}

Handle open_to_look(std::int64_t pid) {
    const auto number = static_cast<DWORD>(pid);
    Handle handle(
        ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, FALSE, number));
    return handle ? std::move(handle)
                  : Handle(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, number));
}

} // namespace

std::vector<RunningCommand> running_commands() {
    std::vector<RunningCommand> running;
    for (const ListedProcess& process : listed_processes()) {
        if (process.image.empty()) // the idle process
            continue;
        RunningCommand command{process.pid, {}};
        const Handle handle = open_to_look(process.pid);
        // An empty line is that of this process to CommandLineToArgvW.
        if (const std::wstring line = handle ? command_line_of(handle.get()) : L""; !line.empty())
            command.argv = words_of(line);
        if (command.argv.empty())
            command.argv = {process.image};
        running.push_back(std::move(command));
    }
    return running;
}

} // namespace locum::platform
