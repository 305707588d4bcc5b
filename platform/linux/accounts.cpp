#include "platform/accounts.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/linux/system.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

namespace {

// Of what is installed locally; /usr/lib is the packages', /etc the administrator's.
constexpr const char* local = "/usr/local/lib";

std::string accounts_file(const std::string& name) {
    return fmt::format("{}/sysusers.d/{}.conf", local, name);
}

std::string folders_file(const std::string& name) {
    return fmt::format("{}/tmpfiles.d/{}.conf", local, name);
}

void run_tool(std::vector<std::string> argv, const std::string& why) {
    Command command;
    command.argv = std::move(argv);
    const Finished finished = run(command);
    if (const std::string what = fault(finished, "", command.time_limit); !what.empty())
        throw engine::Error(fmt::format("{} {}: {}", command.argv.front(), what,
                                        readable(finished.errors + finished.output)))
            .remedy(why);
}

void declare(const std::string& file, const std::string& text) {
    if (exists(file) && read_file(file) == text)
        return;
    make_folders(parent_of(file));
    write_file(file, text, 0644);
}

std::string declared(const std::string& file) {
    return exists(file) ? read_file(file) : "";
}

// Room for any entry: the functions say where it does not suffice.
constexpr std::size_t entry_size = 1U << 16;

template <class Id>
[[noreturn]] void unknown(const char* what, const Id& name) {
    throw engine::Error(fmt::format("there is no {} {}", what, name))
        .remedy("create it, or run the installation again");
}

} // namespace

bool is_system_account(const std::string& name) {
    return name == "root";
}

bool is_other_account_name(const std::string&) {
    return false;
}

std::string other_account_names() {
    return "";
}

bool account_exists(const std::string& name) {
    std::vector<char> buffer(entry_size);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr;
}

bool group_exists(const std::string& name) {
    std::vector<char> buffer(entry_size);
    group entry{};
    group* found = nullptr;
    ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr;
}

void declare_accounts(const std::string& name, const std::string& text) {
    declare(accounts_file(name), text);
    run_tool({"systemd-sysusers", accounts_file(name)},
             "mend what it names, then run the command again");
}

void declare_folders(const std::string& name, const std::string& text) {
    declare(folders_file(name), text);
    run_tool({"systemd-tmpfiles", "--create", folders_file(name)},
             "mend what it names, then run the command again");
}

void withdraw_accounts(const std::string& name) {
    remove_all(accounts_file(name));
    remove_if_empty({parent_of(accounts_file(name))});
}

void withdraw_folders(const std::string& name) {
    remove_all(folders_file(name));
    remove_if_empty({parent_of(folders_file(name))});
}

std::string declared_accounts(const std::string& name) {
    return declared(accounts_file(name));
}

std::string declared_folders(const std::string& name) {
    return declared(folders_file(name));
}

void remove_account(const std::string& name) {
    if (account_exists(name))
        run_tool({"userdel", name},
                 fmt::format("end its processes: pgrep -u {}; then again", name));
}

void remove_group(const std::string& name) {
    if (group_exists(name))
        run_tool({"groupdel", name}, fmt::format("see who is in it: getent group {}", name));
}

void give(const std::string& path, const std::string& account, const std::string& group_name) {
    std::vector<char> buffer(entry_size);
    passwd owner{};
    passwd* owner_found = nullptr;
    ::getpwnam_r(account.c_str(), &owner, buffer.data(), buffer.size(), &owner_found);
    if (owner_found == nullptr)
        unknown("account", account);
    const uid_t user = owner.pw_uid;
    group members{};
    group* members_found = nullptr;
    ::getgrnam_r(group_name.c_str(), &members, buffer.data(), buffer.size(), &members_found);
    if (members_found == nullptr)
        unknown("group", group_name);
    if (::lchown(path.c_str(), user, members.gr_gid) != 0)
        throw path_error("give to " + account, path, errno);
}

bool accounts_are_declared() {
    return true;
}

std::string own_account_of(const std::string&) {
    return "";
}

void allow(const std::string&, const std::string&, Access) {}

unsigned mode_but_for(const std::string& path, const std::vector<std::string>&) {
    return ownership(path).mode;
}

void set_mode_but_for(const std::string& path, unsigned mode, const std::vector<std::string>&) {
    set_mode(path, mode);
}

Ownership ownership(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0)
        throw path_error("look at", path, errno);
    std::vector<char> buffer(entry_size);
    Ownership found{std::to_string(status.st_uid), std::to_string(status.st_gid),
                    static_cast<unsigned>(status.st_mode & 07777)};
    passwd owner{};
    passwd* owner_found = nullptr;
    ::getpwuid_r(status.st_uid, &owner, buffer.data(), buffer.size(), &owner_found);
    if (owner_found != nullptr)
        found.account = owner.pw_name;
    group members{};
    group* members_found = nullptr;
    ::getgrgid_r(status.st_gid, &members, buffer.data(), buffer.size(), &members_found);
    if (members_found != nullptr)
        found.group = members.gr_name;
    return found;
}

} // namespace locum::platform
