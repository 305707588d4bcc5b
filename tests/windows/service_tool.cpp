// What a test does to Windows' services and files, beside what sc.exe of Wine can.
// usage: service-tool start-type SERVICE auto|demand|disabled
//        service-tool account SERVICE ACCOUNT
//        service-tool state SERVICE    RUNNING, STOPPED, …; nothing where there is none
//        service-tool hold SERVICE     has it open until it is killed
//        service-tool open FILE        has the file open, shared with nobody, until it is killed
//        service-tool shown FILE       what is shown of a program, a line each
//        service-tool hang MARK        a service's program that never ends; MARK tells which
// hold and open say "open" when it is so.

#include <cstdio>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>
#include <windows.h>

namespace {

using Arguments = std::vector<std::wstring>;

int fail(const char* doing) {
    std::fprintf(stderr, "cannot %s: error %lu\n", doing, ::GetLastError());
    return 1;
}

int stay() {
    std::puts("open");
    std::fflush(stdout);
    ::Sleep(INFINITE);
    return 0;
}

SC_HANDLE open_service(const std::wstring& name) {
    return ::OpenServiceW(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT), name.c_str(),
                          SERVICE_ALL_ACCESS);
}

// A service manager that gave no answer is asked again for 10 s; Wine's gives none now and then.
int tell_state(const std::wstring& name) {
    const ULONGLONG end = ::GetTickCount64() + 10'000;
    for (;;) {
        SERVICE_STATUS status{};
        const SC_HANDLE service = open_service(name);
        if (service != nullptr && ::QueryServiceStatus(service, &status) != 0) {
            constexpr const char* names[] = {
                "",        "STOPPED",          "START_PENDING", "STOP_PENDING",
                "RUNNING", "CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED"};
            std::puts(names[status.dwCurrentState & 7U]);
            return 0;
        }
        const DWORD error = ::GetLastError();
        if (error == ERROR_SERVICE_DOES_NOT_EXIST)
            return 0;
        const bool silent = error == RPC_S_SERVER_UNAVAILABLE || error == RPC_S_SERVER_TOO_BUSY ||
                            error == RPC_S_CALL_FAILED;
        if (!silent || ::GetTickCount64() > end)
            return fail("ask for the service's state");
        ::Sleep(100);
    }
}

int change(const std::wstring& name, DWORD start, const wchar_t* account) {
    const SC_HANDLE service = open_service(name);
    if (service == nullptr ||
        ::ChangeServiceConfigW(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, nullptr,
                               nullptr, nullptr, nullptr, account, nullptr, nullptr) == 0)
        return fail("change the service");
    return 0;
}

// The first one of this kind; "" where there is none.
std::string resource(HMODULE program, const wchar_t* kind) {
    const HRSRC found = ::FindResourceW(program, MAKEINTRESOURCEW(1), kind);
    const HGLOBAL loaded = found == nullptr ? nullptr : ::LoadResource(program, found);
    if (loaded == nullptr)
        return "";
    return {static_cast<const char*>(::LockResource(loaded)), ::SizeofResource(program, found)};
}

// Whose rights the program asks for by its manifest: Windows goes by nothing else.
std::string level_in(const std::string& manifest) {
    static const std::regex asked("<requestedExecutionLevel\\s[^>]*\\blevel=\"([^\"]*)\"");
    std::smatch found;
    return std::regex_search(manifest, found, asked) ? found[1].str() : "none";
}

// As the properties of the file have it, and what Windows goes by when it starts the program.
int show(const std::wstring& file) {
    DWORD unused = 0;
    std::vector<char> info(::GetFileVersionInfoSizeW(file.c_str(), &unused));
    if (info.empty() ||
        ::GetFileVersionInfoW(file.c_str(), 0, static_cast<DWORD>(info.size()), info.data()) == 0)
        return fail("read the version");
    for (const wchar_t* name : {L"ProductName", L"CompanyName", L"FileDescription", L"FileVersion",
                                L"OriginalFilename"}) {
        void* value = nullptr;
        UINT length = 0;
        if (::VerQueryValueW(info.data(),
                             (L"\\StringFileInfo\\040904b0\\" + std::wstring(name)).c_str(), &value,
                             &length) == 0)
            return fail("read a text of the version");
        std::printf("%ls: %ls\n", name, static_cast<const wchar_t*>(value));
    }
    void* value = nullptr;
    UINT length = 0;
    if (::VerQueryValueW(info.data(), L"\\", &value, &length) == 0)
        return fail("read the version's numbers");
    const auto& fixed = *static_cast<const VS_FIXEDFILEINFO*>(value);
    std::printf("numbers: %lu.%lu\n", fixed.dwFileVersionMS >> 16U,
                fixed.dwFileVersionMS & 0xffffU);
    const HMODULE program = ::LoadLibraryExW(file.c_str(), nullptr, LOAD_LIBRARY_AS_DATAFILE);
    if (program == nullptr)
        return fail("look into the program");
    const std::string icons = resource(program, MAKEINTRESOURCEW(14));
    const std::string manifest = resource(program, MAKEINTRESOURCEW(24));
    std::printf("icons: %zu bytes\nmanifest: %zu bytes\nlevel: %s\n", icons.size(), manifest.size(),
                level_in(manifest).c_str());
    return 0;
}

SERVICE_STATUS_HANDLE hanging = nullptr;

void tell(DWORD state) {
    SERVICE_STATUS status{};
    status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    status.dwCurrentState = state;
    status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0;
    status.dwCheckPoint = state == SERVICE_STOP_PENDING ? 1 : 0; // and never more
    ::SetServiceStatus(hanging, &status);
}

DWORD WINAPI take(DWORD control, DWORD, void*, void*) {
    if (control == SERVICE_CONTROL_STOP)
        tell(SERVICE_STOP_PENDING);
    return NO_ERROR;
}

void WINAPI service_main(DWORD, wchar_t** arguments) {
    hanging = ::RegisterServiceCtrlHandlerExW(arguments[0], take, nullptr);
    tell(SERVICE_RUNNING);
    ::Sleep(INFINITE);
}

int run(const Arguments& arguments) {
    const std::wstring what = arguments.size() > 1 ? arguments[1] : L"";
    if (what == L"start-type" && arguments.size() == 4)
        return change(arguments[2],
                      arguments[3] == L"auto"     ? SERVICE_AUTO_START
                      : arguments[3] == L"demand" ? SERVICE_DEMAND_START
                                                  : SERVICE_DISABLED,
                      nullptr);
    if (what == L"account" && arguments.size() == 4)
        return change(arguments[2], SERVICE_NO_CHANGE, arguments[3].c_str());
    if (what == L"state" && arguments.size() == 3)
        return tell_state(arguments[2]);
    if (what == L"hold" && arguments.size() == 3)
        return open_service(arguments[2]) == nullptr ? fail("open the service") : stay();
    if (what == L"open" && arguments.size() == 3)
        return ::CreateFileW(arguments[2].c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0,
                             nullptr) == INVALID_HANDLE_VALUE
                   ? fail("open the file")
                   : stay();
    if (what == L"shown" && arguments.size() == 3)
        return show(arguments[2]);
    if (what == L"hang") {
        wchar_t name[] = L"";
        const SERVICE_TABLE_ENTRYW services[] = {{name, service_main}, {nullptr, nullptr}};
        return ::StartServiceCtrlDispatcherW(services) != 0 ? 0 : fail("be a service");
    }
    std::fputs("service-tool: see the head of its source\n", stderr);
    return 2;
}

} // namespace

int main(int count, char** arguments) {
    Arguments words;
    for (int i = 0; i < count; ++i)
        words.push_back(std::filesystem::path(arguments[i]).wstring());
    return run(words);
}
