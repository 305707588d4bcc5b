#include "platform/shortcut.hpp"

#include "platform/command_line.hpp"
#include "platform/desktop_entry.hpp"
#include "platform/files.hpp"
#include "platform/windows/com.hpp"
#include "platform/windows/known_folder.hpp"

#include <algorithm>
#include <shlobj.h>

namespace locum::platform {

namespace {

// Below a root the same, in folders of their own.
std::string folder_of(const KNOWNFOLDERID& id, const std::string& root, const char* below) {
    return root.empty() ? known_folder(id) : root + "/" + below;
}

std::wstring shell_path(const std::string& path) {
    return wide(with_backslashes(path));
}

// All but the program.
std::wstring arguments_of(const Shortcut& shortcut) {
    std::vector<std::string> argv{"x"};
    argv.insert(argv.end(), shortcut.arguments.begin(), shortcut.arguments.end());
    const std::wstring line = wide(windows_command_line(argv));
    const std::size_t blank = line.find(L' ');
    return blank == std::wstring::npos ? L"" : line.substr(blank + 1);
}

std::wstring working_folder(const Shortcut& shortcut) {
    return shell_path(parent_of(shortcut.program));
}

Com<IShellLinkW> new_link() {
    Com<IShellLinkW> link;
    require(::CoCreateInstance(CLSID_ShellLink, nullptr, CLSCTX_INPROC_SERVER, IID_IShellLinkW,
                               link.into_void()),
            "no shortcut can be made");
    return link;
}

Com<IPersistFile> file_of(const Com<IShellLinkW>& link) {
    Com<IPersistFile> file;
    require(link->QueryInterface(IID_IPersistFile, file.into_void()), "no shortcut can be made");
    return file;
}

template <class Get>
std::wstring read(const Com<IShellLinkW>& link, Get get) {
    std::wstring text(32768, L'\0');
    require(get(link.get(), text.data(), static_cast<int>(text.size())),
            "a shortcut cannot be read");
    return text.c_str();
}

std::wstring program_of(const Com<IShellLinkW>& link) {
    return read(link, [](IShellLinkW* one, wchar_t* text, int size) {
        return one->GetPath(text, size, nullptr, SLGP_RAWPATH);
    });
}

bool same(const std::wstring& a, const std::wstring& b) {
    return ::CompareStringOrdinal(a.c_str(), -1, b.c_str(), -1, TRUE) == CSTR_EQUAL;
}

std::string link_fault(const std::string& path, const Shortcut& shortcut) {
    const ComThread thread;
    const Com<IShellLinkW> link = new_link();
    if (FAILED(file_of(link)->Load(shell_path(path).c_str(), STGM_READ)))
        return "cannot be read";
    const std::wstring program = program_of(link);
    if (!same(program, shell_path(shortcut.program)))
        return "starts " + utf8_path(program);
    if (read(link, [](IShellLinkW* one, wchar_t* text, int size) {
            return one->GetArguments(text, size);
        }) != arguments_of(shortcut))
        return "starts it with other arguments";
    if (!same(read(link, [](IShellLinkW* one, wchar_t* text,
                            int size) { return one->GetWorkingDirectory(text, size); }),
              working_folder(shortcut)))
        return "starts it in another folder";
    if (!same(read(link,
                   [](IShellLinkW* one, wchar_t* text, int size) {
                       int index = 0;
                       return one->GetIconLocation(text, size, &index);
                   }),
              shell_path(shortcut.icon)))
        return "has another icon";
    return "";
}

void write_link(const std::string& path, const Shortcut& shortcut) {
    const ComThread thread;
    const Com<IShellLinkW> link = new_link();
    const char* const what = "a shortcut cannot be made";
    require(link->SetPath(shell_path(shortcut.program).c_str()), what);
    require(link->SetArguments(arguments_of(shortcut).c_str()), what);
    require(link->SetWorkingDirectory(working_folder(shortcut).c_str()), what);
    require(link->SetDescription(wide(shortcut.title).c_str()), what);
    if (!shortcut.icon.empty())
        require(link->SetIconLocation(shell_path(shortcut.icon).c_str(), 0), what);
    // Under a name of its own first: whoever opens the menu meanwhile sees the old one or the new.
    const std::string fresh = path + ".new.lnk";
    require(file_of(link)->Save(shell_path(fresh).c_str(), TRUE),
            "the shortcut " + path + " cannot be written");
    rename_durably(fresh, path);
}

} // namespace

std::vector<std::string> shortcut_files(const Shortcut& shortcut, const std::string& root) {
    const std::string name = shortcut.title + (shortcut.url.empty() ? ".lnk" : ".url");
    std::vector<std::string> files{folder_of(FOLDERID_CommonPrograms, root, "Start Menu/Programs") +
                                   "/" + shortcut.folder + "/" + name};
    if (shortcut.desktop)
        files.push_back(folder_of(FOLDERID_PublicDesktop, root, "Desktop") + "/" + name);
    return files;
}

std::string shortcut_fault(const std::string& file, const Shortcut& shortcut) {
    if (!exists(file))
        return "is missing";
    if (shortcut.url.empty())
        return link_fault(file, shortcut);
    return read_file(file) == url_file(shortcut) ? "" : "has another content";
}

bool is_shortcut_of(const std::string& file, const std::string& suite, const std::string& folder) {
    if (!is_regular_file(file))
        return false;
    if (file.ends_with(".url"))
        return names_suite(read_file(file), suite);
    const ComThread thread;
    const Com<IShellLinkW> link = new_link();
    if (FAILED(file_of(link)->Load(shell_path(file).c_str(), STGM_READ)))
        return false;
    const std::wstring below = shell_path(folder) + L"\\";
    return same(program_of(link).substr(0, below.size()), below);
}

void write_shortcut(const std::string& file, const Shortcut& shortcut) {
    make_folders(parent_of(file));
    if (shortcut.url.empty())
        write_link(file, shortcut);
    else
        write_file(file, url_file(shortcut), 0644);
}

} // namespace locum::platform
