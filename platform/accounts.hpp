#pragma once
// Accounts and groups of the system, and who owns files. Accounts and folders are declared in files
// of systemd-sysusers(8) and systemd-tmpfiles(8), in the folders of the local installation, so that
// the system itself makes them again at boot, and administrators see them where they look. On
// Windows nothing is declared, since the system makes an account with each service: there declaring
// and removing throw Error(usage), nothing is ever declared, and a mode is as look_at() tells it.

#include <string>
#include <vector>

namespace locum::platform {

bool account_exists(const std::string& name);
bool group_exists(const std::string& name);

// The account that the system itself runs as, which may do everything, by any of its names.
// Windows: SYSTEM, whose names are LocalSystem to the manager of services and NT AUTHORITY\SYSTEM
// to others, "" too. Linux: root.
bool is_system_account(const std::string& name);

// Beside names as a manifest may have them (suite::is_account_name()), what else an operator may
// name an account of this system, and how such names are told: Windows: "DOMAIN\NAME" and the like.
// Linux: nothing, "".
bool is_other_account_name(const std::string& name);
std::string other_account_names();

// name: of the file, without its suffix. Writes what differs and has the system make what is
// missing; an account that exists is left as it is. Throw Error with what the tool said.
void declare_accounts(const std::string& name, const std::string& text);
void declare_folders(const std::string& name, const std::string& text);
// Removes the files; what they declared stays.
void withdraw_accounts(const std::string& name);
void withdraw_folders(const std::string& name);
// The files' contents; empty: none is there.
std::string declared_accounts(const std::string& name);
std::string declared_folders(const std::string& name);

// Its files stay. Gone is fine. Throws Error where a process still runs as it.
void remove_account(const std::string& name);
// Gone is fine.
void remove_group(const std::string& name);

// Of a file or folder, links not followed. Throws Error where either is unknown.
void give(const std::string& path, const std::string& account, const std::string& group);

// Accounts of services are declared here. Windows: false, the system has one for each service.
bool accounts_are_declared();
// The account that the system has for the service (Windows): "NT SERVICE\NAME". Linux: "".
std::string own_account_of(const std::string& service);

enum class Access {
    read,
    change,
    add, // to a folder: make files in it, which are the account's own then; no more
    log, // to a file: read, write and append, but not remove or rename it; no more
};
// Lets the account do that with the file, or with the folder and what is and will be in it but for
// files that nothing is handed down to; who may already, still may, but for the account itself with
// `add` and `log`. Windows only: elsewhere a unit says it and this does nothing. Throws Error where
// the account is unknown; Error(refused) for a link, a file with another name elsewhere, and with
// `log` a file that is neither the account's own, this user's, nor the system's.
void allow(const std::string& path, const std::string& account, Access access);

// The mode that look_at() would tell, were these accounts not let in by allow(): on purpose, they
// are nobody else. An account that nobody has is somebody else. Linux: the mode.
unsigned mode_but_for(const std::string& path, const std::vector<std::string>& accounts);
// set_mode(), but a closed one goes on to let them in where it did. Throws Error where one of them
// is unknown, since it could not be told from others. Linux: set_mode().
void set_mode_but_for(const std::string& path, unsigned mode,
                      const std::vector<std::string>& accounts);

struct Ownership {
    std::string account; // its number, where it has no name
    std::string group;
    unsigned mode = 0; // permission bits, with setuid, setgid and sticky
    bool operator==(const Ownership&) const = default;
};
// Links not followed. Throws Error where nothing is there.
Ownership ownership(const std::string& path);

} // namespace locum::platform
