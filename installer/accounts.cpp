#include "installer/accounts.hpp"

#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "installer/own_folders.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace locum::installer {

using cluster::Layout;
using cluster::NodeState;
using nlohmann::json;
using suite::Manifest;

namespace {

// A path as a word of a tmpfiles.d line, in which '%' begins a specifier.
std::string quoted(const std::string& path) {
    std::string made = "\"";
    for (const char character : path) {
        if (character == '"' || character == '\\')
            made += '\\';
        if (character == '%')
            made += '%';
        made += character;
    }
    return made + "\"";
}

std::vector<const suite::Service*> services_here(const NodeState& node, const Manifest& manifest) {
    std::vector<const suite::Service*> services;
    for (const suite::Service& service : manifest.services)
        if (node.has(service.component))
            services.push_back(&service);
    return services;
}

// What Locum made on this host: noted in the state folder, and told by the declaration, which
// outlives an uninstallation that keeps data.
struct Made {
    std::vector<std::string> accounts;
    bool group = false;
};

std::string made_file(const Layout& layout) {
    return layout.state_file("accounts.json");
}

Made made_before(const Layout& layout) {
    Made made;
    if (platform::exists(made_file(layout))) {
        const json value = json::parse(platform::read_file(made_file(layout)));
        made.accounts = value.at("accounts").get<std::vector<std::string>>();
        made.group = value.at("group");
        return made;
    }
    std::istringstream lines(platform::declared_accounts(layout.suite));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind;
        std::string name;
        words >> kind >> name;
        if (kind == "u")
            made.accounts.push_back(name);
        else if (kind == "g")
            made.group = true;
    }
    return made;
}

void store_made(const Layout& layout, const Made& made) {
    platform::write_file(made_file(layout),
                         json{{"accounts", made.accounts}, {"group", made.group}}.dump(2) + "\n",
                         0600);
}

// The vendor's title where only plain text may stand: the field of passwd(5) has no ':'.
std::string plain(std::string title) {
    std::erase_if(title,
                  [](char c) { return std::string_view(":\"\\%").find(c) != std::string::npos; });
    return title;
}

std::string accounts_text(const NodeState& node, const Manifest& manifest, const Made& made) {
    std::string text = fmt::format("# Written by Locum for {}.\n", plain(manifest.title));
    if (made.group)
        text += fmt::format("g {} -\n", manifest.name);
    for (const std::string& account : made.accounts)
        text += fmt::format("u {} -:{} \"{}\" {}\n", account, manifest.name, plain(manifest.title),
                            quoted(node.data_folder));
    return text;
}

// A folder that services use, as it is declared.
struct ServiceFolder {
    std::string path;
    unsigned mode = 0;
};

// Those that the installation made; root's, with the group. In all but the first each account has
// files of its own, and can neither remove nor replace those of others and Locum's.
std::vector<ServiceFolder> service_folders(const Layout& layout, const NodeState& node) {
    std::vector<ServiceFolder> folders = {{layout.etc(), 0750}};
    for (const std::string& folder : {node.data_folder, node.run_folder})
        if (is_ours(layout, folder))
            folders.push_back({folder, 01770});
    folders.push_back({layout.logs(), 01770});
    return folders;
}

} // namespace

bool may_be_account(const std::string& name) {
    return suite::is_account_name(name) || platform::is_other_account_name(name);
}

std::string account_names_text() {
    const std::string other = platform::other_account_names();
    return other.empty() ? std::string(suite::account_name_rule) : other;
}

bool accounts_declared(const Layout& layout) {
    return cluster::service_manager_used(layout) && platform::accounts_are_declared();
}

std::string account_group(const Layout& layout) {
    return layout.suite;
}

std::string account_of(const NodeState& node, const Manifest& manifest,
                       const suite::Service& service) {
    const auto choice = node.services.find(service.name);
    if (choice != node.services.end() && !choice->second.account.empty())
        return choice->second.account;
    if (!platform::accounts_are_declared())
        return service.user == "root" ? ""
                                      : platform::own_account_of(cluster::service_unit_name(
                                            manifest.name, service.name));
    return service.user.empty() ? manifest.name : service.user;
}

std::string account_in_use(const Layout& layout, const NodeState& node, const Manifest& manifest,
                           const suite::Service& service) {
    return cluster::account_in_use(layout, service.name, account_of(node, manifest, service));
}

std::vector<std::string> accounts_let_in(const Layout& layout, const NodeState& node,
                                         const Manifest& manifest) {
    std::vector<std::string> accounts;
    if (platform::accounts_are_declared())
        return accounts;
    for (const suite::Service* service : services_here(node, manifest))
        if (std::string account = account_in_use(layout, node, manifest, *service);
            !account.empty())
            accounts.push_back(std::move(account));
    return accounts;
}

std::string owner_of(const NodeState& node, const Manifest& manifest,
                     const std::string& component) {
    for (const suite::Service& service : manifest.services)
        if (service.component == component)
            return account_of(node, manifest, service);
    return "root";
}

AccountNames account_names(const NodeState& node, const Manifest& manifest) {
    AccountNames names;
    for (const suite::Service* service : services_here(node, manifest)) {
        const auto choice = node.services.find(service->name);
        const bool chosen = choice != node.services.end() && !choice->second.account.empty();
        auto& list = chosen ? names.chosen : names.ours;
        const std::string account = account_of(node, manifest, *service);
        if (account != "root" && std::find(list.begin(), list.end(), account) == list.end())
            list.push_back(account);
    }
    return names;
}

std::string accounts_text(const NodeState& node, const Manifest& manifest) {
    return accounts_text(node, manifest, {account_names(node, manifest).ours, true});
}

std::string folders_text(const Layout& layout, const NodeState& node, const Manifest& manifest) {
    std::string text = fmt::format("# Written by Locum for {}.\n", plain(manifest.title));
    for (const ServiceFolder& folder : service_folders(layout, node))
        text += fmt::format("d {} {:04o} root {} -\n", quoted(folder.path), folder.mode,
                            account_group(layout));
    return text;
}

void make_accounts(const Layout& layout, const NodeState& node, const Manifest& manifest) {
    if (!cluster::service_manager_used(layout))
        return;
    const AccountNames names = account_names(node, manifest);
    for (const std::string& account : names.chosen)
        if (!platform::account_exists(account))
            throw engine::Error(
                fmt::format("there is no account {}, which the answers name", account),
                engine::Kind::refused)
                .remedy("create it, or correct [services] in the answers");
    if (!accounts_declared(layout))
        return;
    // Noted before they are made, so that none is left behind whenever this process ends.
    Made made = made_before(layout);
    for (const std::string& account : names.ours)
        if (!platform::account_exists(account) &&
            std::find(made.accounts.begin(), made.accounts.end(), account) == made.accounts.end())
            made.accounts.push_back(account);
    made.group = made.group || !platform::group_exists(account_group(layout));
    store_made(layout, made);
    platform::declare_accounts(layout.suite, accounts_text(node, manifest, made));
    platform::declare_folders(layout.suite, folders_text(layout, node, manifest));
}

std::vector<AccountFault> account_faults(const Layout& layout, const NodeState& node,
                                         const Manifest& manifest) {
    std::vector<AccountFault> faults;
    if (!accounts_declared(layout))
        return faults;
    if (platform::declared_accounts(layout.suite) !=
        accounts_text(node, manifest, made_before(layout)))
        faults.push_back({"another declaration of the accounts in sysusers.d", "Locum's"});
    if (platform::declared_folders(layout.suite) != folders_text(layout, node, manifest))
        faults.push_back({"another declaration of the folders in tmpfiles.d", "Locum's"});
    for (const std::string& account : account_names(node, manifest).ours)
        if (!platform::account_exists(account))
            faults.push_back({"no account " + account, "one that its services run as"});
    for (const ServiceFolder& folder : service_folders(layout, node)) {
        const platform::Ownership expected{"root", account_group(layout), folder.mode};
        const auto text = [](const platform::Ownership& of) {
            return fmt::format("{}:{} with mode {:04o}", of.account, of.group, of.mode);
        };
        if (!platform::exists(folder.path))
            faults.push_back({"no folder " + folder.path, text(expected)});
        else if (const auto found = platform::ownership(folder.path); !(found == expected))
            faults.push_back(
                {fmt::format("{} is of {}", folder.path, text(found)), text(expected)});
    }
    return faults;
}

std::string accounts_memo(const Layout& layout) {
    const Made made = made_before(layout);
    return json{{"accounts", made.accounts}, {"group", made.group}}.dump();
}

void take_accounts_back(const Layout& layout, const std::string& memo) {
    if (!accounts_declared(layout))
        return;
    platform::withdraw_folders(layout.suite);
    const json before = json::parse(memo);
    const auto kept = before.at("accounts").get<std::vector<std::string>>();
    const Made made = made_before(layout);
    for (const std::string& account : made.accounts)
        if (std::find(kept.begin(), kept.end(), account) == kept.end())
            platform::remove_account(account);
    if (made.group && !before.at("group").get<bool>())
        platform::remove_group(account_group(layout));
    // What an installation before this one made stays declared: kept data is theirs.
    if (kept.empty())
        platform::withdraw_accounts(layout.suite);
    platform::remove_all(made_file(layout));
}

std::vector<std::string> accounts_since(const Layout& layout, const std::string& memo) {
    const auto before = json::parse(memo).at("accounts").get<std::vector<std::string>>();
    std::vector<std::string> fresh;
    for (const std::string& account : made_before(layout).accounts)
        if (std::find(before.begin(), before.end(), account) == before.end())
            fresh.push_back(account);
    return fresh;
}

void drop_accounts(const Layout& layout, const NodeState& node, const Manifest& manifest,
                   const std::vector<std::string>& names) {
    Made made = made_before(layout);
    for (const std::string& account : names)
        if (std::erase(made.accounts, account) > 0)
            platform::remove_account(account);
    store_made(layout, made);
    platform::declare_accounts(layout.suite, accounts_text(node, manifest, made));
    platform::declare_folders(layout.suite, folders_text(layout, node, manifest));
}

std::vector<std::string> without_files(const Layout& layout, const NodeState& node,
                                       const std::vector<std::string>& accounts) {
    std::vector<std::string> none = accounts;
    for (const std::string& folder : {node.data_folder, node.run_folder, layout.logs()})
        for (const platform::FileEntry& entry : platform::tree(folder))
            if (const std::string path = folder + "/" + entry.path;
                entry.type != platform::FileEntry::Type::other && platform::exists(path))
                std::erase(none, platform::ownership(path).account);
    return none;
}

bool accounts_are_there(const Layout& layout) {
    return accounts_declared(layout) && (platform::exists(made_file(layout)) ||
                                         !platform::declared_accounts(layout.suite).empty() ||
                                         !platform::declared_folders(layout.suite).empty());
}

void remove_accounts(const Layout& layout) {
    take_accounts_back(layout, json{{"accounts", json::array()}, {"group", false}}.dump());
}

namespace {

// Where SQLite keeps a database, with what it has beside it.
std::vector<std::string> files_of(const std::string& database) {
    std::vector<std::string> files;
    for (const char* companion : {"", "-wal", "-shm", "-journal"})
        if (platform::exists(database + companion))
            files.push_back(database + companion);
    return files;
}

void allow_database(const std::string& file, bool with_folder, const std::string& account) {
    if (with_folder)
        platform::allow(platform::parent_of(file), account, platform::Access::change);
    for (const std::string& one : files_of(file))
        platform::allow(one, account, platform::Access::change);
}

} // namespace

void hand_over_database(const Layout& layout, const NodeState& node, const Manifest& manifest,
                        const std::string& component,
                        const std::optional<datasource::Settings>& settings) {
    if (!cluster::service_manager_used(layout) ||
        manifest.component(component)->role != suite::Role::server)
        return;
    const bool on_copy = node.mode == cluster::Mode::update && node.copy;
    if (!on_copy && (!settings || settings->kind != datasource::Kind::sqlite))
        return;
    const std::string file = on_copy ? node.copy->file : settings->file;
    if (!platform::accounts_are_declared()) {
        for (const suite::Service& service : manifest.services)
            if (service.component == component)
                allow_database(file, on_copy, account_in_use(layout, node, manifest, service));
        return;
    }
    const std::string owner = owner_of(node, manifest, component);
    if (on_copy) { // where SQLite makes files beside the copy
        platform::give(platform::parent_of(file), "root", account_group(layout));
        platform::set_mode(platform::parent_of(file), 01770);
    }
    for (const std::string& one : files_of(file))
        platform::give(one, owner, account_group(layout));
}

} // namespace locum::installer
