#include "installer/accounts.hpp"

#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

// Only one account can own the data: the server's, or the first one's.
std::string data_owner(const NodeState& node, const Manifest& manifest) {
    const auto services = services_here(node, manifest);
    for (const suite::Service* service : services)
        if (manifest.component(service->component)->role == suite::Role::server)
            return account_of(node, manifest, *service);
    return services.empty() ? "root" : account_of(node, manifest, *services.front());
}

std::string made_file(const Layout& layout) {
    return layout.state_file("accounts.json");
}

json load_made(const Layout& layout) {
    if (!platform::exists(made_file(layout)))
        return {{"accounts", json::array()}, {"groups", json::array()}};
    return json::parse(platform::read_file(made_file(layout)));
}

void note(json& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end())
        list.push_back(name);
}

} // namespace

std::string account_group(const Layout& layout) {
    return layout.suite;
}

std::string account_of(const NodeState& node, const Manifest& manifest,
                       const suite::Service& service) {
    const auto choice = node.services.find(service.name);
    if (choice != node.services.end() && !choice->second.account.empty())
        return choice->second.account;
    return service.user.empty() ? manifest.name : service.user;
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
    std::string text =
        fmt::format("# Written by Locum for {}.\ng {} -\n", manifest.title, manifest.name);
    for (const std::string& account : account_names(node, manifest).ours)
        text += fmt::format("u {} -:{} \"{}\" {}\n", account, manifest.name, manifest.title,
                            quoted(node.data_folder));
    return text;
}

namespace {

// A folder that services use, as it is declared.
struct ServiceFolder {
    std::string path;
    std::string account;
    unsigned mode = 0;
};

std::vector<ServiceFolder> service_folders(const Layout& layout, const NodeState& node,
                                           const Manifest& manifest) {
    // In the last two each account has its own files.
    return {{layout.etc(), "root", 0750},
            {node.data_folder, data_owner(node, manifest), 0750},
            {node.run_folder, "root", 01770},
            {layout.logs(), "root", 01770}};
}

} // namespace

std::string folders_text(const Layout& layout, const NodeState& node, const Manifest& manifest) {
    std::string text = fmt::format("# Written by Locum for {}.\n", manifest.title);
    for (const ServiceFolder& folder : service_folders(layout, node, manifest))
        text += fmt::format("d {} {:04o} {} {} -\n", quoted(folder.path), folder.mode,
                            folder.account, account_group(layout));
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
    // Noted before they are made, so that none is left behind whenever this process ends. What
    // Locum's own declaration is there for, an installation before this one made.
    const bool declared = !platform::declared_accounts(layout.suite).empty();
    json made = load_made(layout);
    for (const std::string& account : names.ours)
        if (declared || !platform::account_exists(account))
            note(made["accounts"], account);
    if (declared || !platform::group_exists(account_group(layout)))
        note(made["groups"], account_group(layout));
    platform::write_file(made_file(layout), made.dump(2) + "\n", 0600);
    platform::declare_accounts(layout.suite, accounts_text(node, manifest));
    platform::declare_folders(layout.suite, folders_text(layout, node, manifest));
}

std::vector<AccountFault> account_faults(const Layout& layout, const NodeState& node,
                                         const Manifest& manifest) {
    std::vector<AccountFault> faults;
    if (!cluster::service_manager_used(layout))
        return faults;
    if (platform::declared_accounts(layout.suite) != accounts_text(node, manifest))
        faults.push_back({"another declaration of the accounts in sysusers.d", "Locum's"});
    if (platform::declared_folders(layout.suite) != folders_text(layout, node, manifest))
        faults.push_back({"another declaration of the folders in tmpfiles.d", "Locum's"});
    for (const std::string& account : account_names(node, manifest).ours)
        if (!platform::account_exists(account))
            faults.push_back({"no account " + account, "one that its services run as"});
    for (const ServiceFolder& folder : service_folders(layout, node, manifest)) {
        const platform::Ownership expected{folder.account, account_group(layout), folder.mode};
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

bool accounts_are_there(const Layout& layout) {
    return cluster::service_manager_used(layout) &&
           (platform::exists(made_file(layout)) ||
            !platform::declared_accounts(layout.suite).empty() ||
            !platform::declared_folders(layout.suite).empty());
}

void remove_accounts(const Layout& layout) {
    if (!cluster::service_manager_used(layout))
        return;
    platform::withdraw_folders(layout.suite);
    platform::withdraw_accounts(layout.suite);
    const json made = load_made(layout);
    for (const std::string& account : made.at("accounts").get<std::vector<std::string>>())
        platform::remove_account(account);
    for (const std::string& group : made.at("groups").get<std::vector<std::string>>())
        platform::remove_group(group);
    platform::remove_all(made_file(layout));
}

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
    const std::string owner = owner_of(node, manifest, component);
    if (on_copy) // the folder is Locum's own, and holds its copies only
        platform::give(platform::parent_of(file), owner, account_group(layout));
    for (const char* companion : {"", "-wal", "-shm", "-journal"})
        if (platform::exists(file + companion))
            platform::give(file + companion, owner, account_group(layout));
}

} // namespace locum::installer
