#include "platform/elevation.hpp"

#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/windows/elevation.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/wide.hpp"

namespace locum::platform {

namespace {

constexpr DWORD declined = ERROR_CANCELLED; // by the person

// A service's processes have a window station that nobody sees.
bool has_desktop() {
    USEROBJECTFLAGS flags{};
    DWORD size = 0;
    return ::GetUserObjectInformationW(::GetProcessWindowStation(), UOI_FLAGS, &flags, sizeof flags,
                                       &size) != 0 &&
           (flags.dwFlags & WSF_VISIBLE) != 0;
}

DWORD execute(SHELLEXECUTEINFOW& call) {
    return ::ShellExecuteExW(&call) != 0 ? ERROR_SUCCESS : ::GetLastError();
}

int await(HANDLE process) {
    DWORD code = 0;
    if (::WaitForSingleObject(process, INFINITE) != WAIT_OBJECT_0 ||
        ::GetExitCodeProcess(process, &code) == 0)
        fail("cannot wait for the program that runs as an administrator");
    return static_cast<int>(code);
}

// Without the program, which ShellExecuteExW puts before it.
std::wstring parameters_of(const std::vector<std::string>& arguments) {
    const std::string name = "x";
    std::vector<std::string> words{name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::string line = windows_command_line(words);
    const std::size_t first = windows_command_line({name}).size();
    return wide(line.size() > first ? line.substr(first + 1) : "");
}

} // namespace

ElevationCalls real_elevation_calls() {
    return {has_desktop, execute, await};
}

std::optional<int> run_elevated(const ElevationCalls& calls, const std::string& program,
                                const std::vector<std::string>& arguments) {
    if (!calls.has_desktop())
        return std::nullopt;
    const std::wstring file = plain_path(program);
    const std::wstring parameters = parameters_of(arguments);
    const std::wstring folder = plain_path(absolute("."));
    SHELLEXECUTEINFOW call{};
    call.cbSize = sizeof call;
    // Its handle, to wait for; errors come back as codes, not in a window; no thread of ours is
    // left behind to finish it.
    call.fMask = SEE_MASK_NOCLOSEPROCESS | SEE_MASK_FLAG_NO_UI | SEE_MASK_NOASYNC;
    call.lpVerb = L"runas";
    call.lpFile = file.c_str();
    call.lpParameters = parameters.c_str();
    call.lpDirectory = folder.c_str();
    call.nShow = SW_SHOWNORMAL;
    const DWORD code = calls.execute(call);
    if (code == declined)
        throw engine::Error("it was not allowed to run as an administrator; nothing was changed",
                            engine::Kind::cancelled)
            .remedy(how_to_elevate(program));
    if (code != ERROR_SUCCESS)
        throw path_error("run as an administrator", program, code);
    const Handle process(call.hProcess);
    if (!process)
        throw path_error("wait for", program, ERROR_INVALID_HANDLE);
    return calls.await(process.get());
}

std::optional<int> run_elevated(const std::string& program,
                                const std::vector<std::string>& arguments) {
    return run_elevated(real_elevation_calls(), program, arguments);
}

std::string how_to_elevate(const std::string& program) {
    return "start it in a window of an administrator (Run as administrator): " + program;
}

} // namespace locum::platform
