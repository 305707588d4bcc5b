#pragma once
// What an installation finds on the host and on the datasource, gathered once, before anything is
// changed.

#include "cluster/agent.hpp"
#include "cluster/node_state.hpp"
#include "engine/check.hpp"
#include "installer/answers.hpp"
#include "installer/host_facts.hpp"
#include "installer/surroundings.hpp"
#include "platform/host.hpp"
#include "platform/service.hpp"
#include "suite/bundle.hpp"
#include "token/keystore.hpp"
#include "token/network_token.hpp"

namespace locum::installer {

struct PortFact {
    std::string name;
    std::uint16_t port = 0;
    std::optional<platform::Listener> taken_by;
};

struct DatabaseFacts {
    bool reachable = false;
    std::string why_not;
    std::string remedy;
    bool registry = false;             // this suite's registry is there already
    std::optional<std::string> schema; // version of the suite's schema
    std::vector<std::string> objects;  // of others: "table public.t"
    unsigned version_num = 0;          // PostgreSQL's server_version_num; 0: another engine
    std::optional<std::int64_t> clock_ahead_ms = {}; // of this host's
};

struct Facts {
    std::string host;
    std::string machine;
    bool root = false;
    HostFacts here;
    std::string root_folder; // --root; empty: the host itself
    std::string data_folder;
    std::string run_folder;
    // Of this suite, below other folders of this host.
    std::vector<cluster::OtherAgent> other_agents;
    std::vector<std::string> unwriteable;   // folders that cannot be written
    std::optional<cluster::NodeState> node; // installed here already
    bool token_exists = false;
    bool token_folder_writeable = true;
    std::optional<token::NetworkToken> token; // the one to be used
    std::optional<token::Keystore> keystore;  // to be imported
    engine::Secret seed;                      // of it; empty where it is another suite's
    std::string address_fault;   // why no server can listen at the answers' address; empty: it can
    std::vector<PortFact> ports; // the agent's among them; none with an address_fault
    Surroundings surroundings;   // likewise
    std::optional<datasource::Settings> datasource; // with secrets read
    std::optional<DatabaseFacts> database;
    std::vector<engine::Finding> grants;
    std::vector<engine::Finding> host_files;
    std::vector<std::string> unpacked;                      // components that take no more space
    std::vector<std::string> missing_accounts;              // that the answers name for services
    std::vector<platform::ServiceTrouble> service_troubles; // what keeps units from being installed
    std::optional<std::string> firewall; // in force; empty: none; nullopt: no matter of Locum
    std::vector<engine::Finding> firewall_hindrances; // that keep its rules from counting
};

// Reads the secrets from where the answer says. data_folder: of an embedded database.
datasource::Settings settings_of(const DatasourceAnswer& answer, const std::string& data_folder,
                                 const std::string& suite);

Facts gather_facts(const Answers& answers, const suite::Manifest& manifest,
                   const cluster::Layout& layout);

// What in the answers does not fit the suite, whatever the host is.
std::vector<engine::Finding> selection_findings(const Answers& answers,
                                                const suite::Manifest& manifest);
// HAProxy refuses a socket path of more characters; sun_path would take 107.
inline constexpr std::size_t longest_socket_path = 97;
// The longest one that a balancer of the selection makes in the folder for sockets; "": none does.
std::string socket_path(const suite::Manifest& manifest, const std::vector<std::string>& components,
                        const std::string& run_folder);
// All that speaks against the installation, each with its remedy.
std::vector<engine::Finding> preflight(const Answers& answers, const suite::Manifest& manifest,
                                       const Facts& facts);

} // namespace locum::installer
