// Stands for a program that a host of Windows has of its own, as pg_dump: Wine can start one of
// Linux, but neither wait for it nor read what it says. This one, under the name of such a program,
// does that for it, and takes paths as Windows has them only, so that what would fail there fails
// here.

#include "platform/command_line.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>
#include <windows.h>

namespace {

namespace fs = std::filesystem;

std::string unix_name(const std::wstring& path) {
    using Name = char*(CDECL*)(const wchar_t*);
    const auto name = reinterpret_cast<Name>(reinterpret_cast<void*>(
        ::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "wine_get_unix_file_name")));
    char* const found = name != nullptr ? name(path.c_str()) : nullptr;
    if (found == nullptr)
        throw std::runtime_error("this is not Wine, or no file: " + fs::path(path).string());
    std::string text = found;
    ::HeapFree(::GetProcessHeap(), 0, found);
    return text;
}

bool has_drive(const std::string& path) {
    return path.size() > 2 && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
}

// The path alone, or behind the '=' of an option.
std::string translated(const std::string& argument) {
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    const std::size_t at = equals == std::string::npos ? 0 : equals + 1;
    const std::string value = argument.substr(at);
    if (value == "NUL")
        return argument.substr(0, at) + "/dev/null";
    if (has_drive(value))
        return argument.substr(0, at) + unix_name(fs::path(value).wstring());
    if (value.starts_with('/'))
        throw std::runtime_error("could not open file \"" + value +
                                 "\": No such file or directory");
    return argument;
}

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

int run(const std::vector<std::string>& arguments) {
    const fs::path self(arguments.front());
    const fs::path folder =
        fs::temp_directory_path() / ("unix-program-" + std::to_string(::GetCurrentProcessId()));
    fs::create_directory(folder);
    std::vector<std::string> words = {
        "sh", "-c",
        // What rights Wine leaves a file with says nothing, and the programs look at them.
        "out=$1; shift; umask 077; "
        "if [ -n \"$PGPASSFILE\" ]; then cp \"$PGPASSFILE\" \"$out/pass\"; PGPASSFILE=$out/pass; "
        "fi; "
        "\"$@\" >\"$out/said\" 2>&1; echo $? >\"$out/part\"; mv \"$out/part\" \"$out/code\"",
        "sh", unix_name(folder.wstring()), self.stem().string()};
    for (std::size_t i = 1; i < arguments.size(); ++i)
        words.push_back(translated(arguments[i]));
    for (const char* name : {"PGPASSFILE", "PGSSLROOTCERT"})
        if (const char* file = std::getenv(name))
            ::SetEnvironmentVariableA(name, unix_name(fs::path(file).wstring()).c_str());
    std::string line = locum::platform::windows_command_line(words);
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION made{};
    if (::CreateProcessA("Z:\\bin\\sh", line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr,
                         &info, &made) == 0)
        throw std::runtime_error("cannot start /bin/sh: error " + std::to_string(::GetLastError()));
    while (!fs::exists(folder / "code"))
        ::Sleep(20);
    const std::string said = text_of(folder / "said");
    std::fwrite(said.data(), 1, said.size(), stdout);
    const int code = std::stoi(text_of(folder / "code"));
    fs::remove_all(folder);
    return code;
}

} // namespace

int main(int count, char** arguments) {
    try {
        return run({arguments, arguments + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: error: %s\n", arguments[0], error.what());
        return 1;
    }
}
