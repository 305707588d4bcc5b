#pragma once
// The accounts that services run as, and what on the host is theirs, where the host's service
// manager runs them (decision 0014). Elsewhere they run as the agent, and all is its own.

#include "cluster/layout.hpp"
#include "cluster/node_state.hpp"
#include "suite/manifest.hpp"

namespace locum::installer {

// Answers may name an account of this host like that; and what they may, for people.
bool may_be_account(const std::string& name);
std::string account_names_text();

// They are declared, and what is theirs has owners: where systemd runs the services. On Windows
// each service has an account that the system makes with it, and what it may use is said as its
// unit is installed (cluster/service_units.hpp).
bool accounts_declared(const cluster::Layout& layout);
// Of all accounts of the suite on a host.
std::string account_group(const cluster::Layout& layout);
// The operator's choice, else the manifest's, else the suite's name. Windows: the operator's
// choice, else the service's own; the system's where the manifest says root.
std::string account_of(const cluster::NodeState& node, const suite::Manifest& manifest,
                       const suite::Service& service);
// The same, but where the host's manager has the service already and says itself whom it runs as
// (Windows), that account.
std::string account_in_use(const cluster::Layout& layout, const cluster::NodeState& node,
                           const suite::Manifest& manifest, const suite::Service& service);
// Whom allow() let in on purpose: the accounts of the node's services, where they are not declared.
std::vector<std::string> accounts_let_in(const cluster::Layout& layout,
                                         const cluster::NodeState& node,
                                         const suite::Manifest& manifest);
// Whose a component's configuration is: the account of its first service; root where it has none.
std::string owner_of(const cluster::NodeState& node, const suite::Manifest& manifest,
                     const std::string& component);

// Declarations of systemd-sysusers(8) and systemd-tmpfiles(8): of all accounts, where none is there
// before; of the folders that the installation made.
std::string accounts_text(const cluster::NodeState& node, const suite::Manifest& manifest);
std::string folders_text(const cluster::Layout& layout, const cluster::NodeState& node,
                         const suite::Manifest& manifest);

// The accounts that the declarations would make, and an operator's that are to be there already.
struct AccountNames {
    std::vector<std::string> ours;
    std::vector<std::string> chosen;
};
AccountNames account_names(const cluster::NodeState& node, const suite::Manifest& manifest);

// Declares and makes them, with the folders; remembers which it made. All of this does nothing
// where they are not declared, but that an operator's choice has to be there.
void make_accounts(const cluster::Layout& layout, const cluster::NodeState& node,
                   const suite::Manifest& manifest);
// How the host differs from what make_accounts() makes; none where it does not.
struct AccountFault {
    std::string found;
    std::string expected;
};
std::vector<AccountFault> account_faults(const cluster::Layout& layout,
                                         const cluster::NodeState& node,
                                         const suite::Manifest& manifest);
// Takes away those of these accounts that were made, and declares the rest for the node.
void drop_accounts(const cluster::Layout& layout, const cluster::NodeState& node,
                   const suite::Manifest& manifest, const std::vector<std::string>& names);
// Of the accounts that were made, those that were not when accounts_memo() was asked.
std::vector<std::string> accounts_since(const cluster::Layout& layout, const std::string& memo);
// Of these, those that own nothing in the folders of data, sockets and logs but sockets.
std::vector<std::string> without_files(const cluster::Layout& layout,
                                       const cluster::NodeState& node,
                                       const std::vector<std::string>& accounts);
bool accounts_are_there(const cluster::Layout& layout);
// Takes exactly those away that were made; the services must be stopped.
void remove_accounts(const cluster::Layout& layout);
// The same but for those that were made before accounts_memo() was asked.
std::string accounts_memo(const cluster::Layout& layout);
void take_accounts_back(const cluster::Layout& layout, const std::string& memo);

// Gives the embedded database that the node's server is to work on to the server's account.
void hand_over_database(const cluster::Layout& layout, const cluster::NodeState& node,
                        const suite::Manifest& manifest, const std::string& component,
                        const std::optional<datasource::Settings>& settings);

} // namespace locum::installer
