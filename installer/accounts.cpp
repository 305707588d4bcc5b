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

std::string folders_text(const Layout& layout, const NodeState& node, const Manifest& manifest) {
    const std::string group = account_group(layout);
    std::string text = fmt::format("# Written by Locum for {}.\n", manifest.title);
    text += fmt::format("d {} 0750 root {} -\n", quoted(layout.etc()), group);
    text += fmt::format("d {} 0750 {} {} -\n", quoted(node.data_folder), data_owner(node, manifest),
                        group);
    // Each account its own files in them.
    for (const std::string& folder : {node.run_folder, layout.logs()})
        text += fmt::format("d {} 1770 root {} -\n", quoted(folder), group);
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
    // Noted before they are made, so that none is left behind whenever this process ends.
    json made = load_made(layout);
    for (const std::string& account : names.ours)
        if (!platform::account_exists(account))
            note(made["accounts"], account);
    if (!platform::group_exists(account_group(layout)))
        note(made["groups"], account_group(layout));
    platform::write_file(made_file(layout), made.dump(2) + "\n", 0600);
    platform::declare_accounts(layout.suite, accounts_text(node, manifest));
    platform::declare_folders(layout.suite, folders_text(layout, node, manifest));
}

bool accounts_made(const Layout& layout, const NodeState& node, const Manifest& manifest) {
    if (!cluster::service_manager_used(layout))
        return true;
    const AccountNames names = account_names(node, manifest);
    return platform::declared_accounts(layout.suite) == accounts_text(node, manifest) &&
           platform::declared_folders(layout.suite) == folders_text(layout, node, manifest) &&
           std::all_of(names.ours.begin(), names.ours.end(), platform::account_exists) &&
           platform::exists(node.run_folder) && platform::exists(node.data_folder);
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
