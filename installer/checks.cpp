#include "installer/checks.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

using engine::Error;
using engine::Kind;

namespace {

constexpr std::string_view answers = "the answers contradict the bundle";
constexpr std::string_view copies = "a copy would not be what the database is";
constexpr std::string_view two_writers = "two clusters would write one database";

} // namespace

const std::vector<CheckInfo>& checks() {
    // In the order of the operator's guide.
    static const std::vector<CheckInfo> all = {
        {"suite", "answers and bundle are of one suite", answers},
        {"licence", "the licence is accepted", "the vendor asks for it"},
        {"keystore-warning", "the warning of a keystore's import is accepted",
         "an import can destroy the installation"},
        {"component-unknown", "the components are the bundle's", answers},
        {"component-requires", "what a component needs beside it, or in the cluster, is there",
         "it would not work"},
        {"topology",
         "the components belong to one topology; upgrades: all that the cluster has, of the new "
         "version",
         answers},
        {"server-first", "the first node has a server", "only a server admits others"},
        {"service-unknown", "services of the answers are the bundle's", answers},
        {"service-account", "accounts that the answers name for services exist",
         "the services could not start"},
        {"service-manager",
         "Windows: the services can be made, stopped and started, and their accounts may be "
         "services'",
         "the services could not start"},
        {"firewall-rule", "firewall rules of the answers are for ports of the bundle", answers},
        {"firewall-policy",
         "Windows: a group policy lets the firewall rules of the host itself count",
         "its ports would stay closed"},
        {"firewall-blocks", "Windows: the firewall lets in what its rules name",
         "its ports would stay closed"},
        {"firewall-public",
         "Windows: ports that are open to anybody can be reached, since no network is public", "",
         true},
        {"firewall-answer",
         "modifications: what the answers say of the firewall is what is done; what is there "
         "already stays",
         "", true},
        {"answers-unused",
         "over an installation: what the answers say is what this node was installed by; what is "
         "there already stays",
         "", true},
        {"port-unknown", "ports of the answers are the bundle's", answers},
        {"port-twice", "no two ports of this host are one", "only one can listen"},
        {"memory", "memory for all components of the host", ""},
        {"disk",
         "free space for all that is written, summed for each file system: product, data, state, "
         "logs; for upgrades the new version beside the old, the bundle, and copies",
         ""},
        {"os", "the system is one that the suite supports (`requirements.os`)", ""},
        {"arch", "the processor is one that the bundle's programs are for (`requirements.arch`)",
         "its programs would not start"},
        {"component-system",
         "the bundle brings the components for the host's system; upgrades: for each node's",
         "there would be nothing to install"},
        {"payload-names", "the host's system can have the names of the bundle's files",
         "they could not be unpacked"},
        {"program-path",
         "on Windows: no program's path has more than 259 characters (those of other files may); "
         "upgrades: on each node",
         "Windows would not start it"},
        {"agent-version",
         "upgrades: every node's agent can read the bundle (`locum`), or the bundle brings one "
         "that can (`program`)",
         "it could not do its part"},
        {"noexec", "the product's file system lets programs run", "its programs would not start"},
        {"privileges", "the rights of root, where the installation is the host's own (exit 5)",
         "nothing could be written"},
        {"folder-writeable", "the folders can be written", "nothing could be written"},
        {"socket-path", "the balancer's socket has a path that is short enough",
         "the balancer would not start"},
        {"other-installation",
         "the suite is not installed on this host already, below another "
         "folder; not asked with `--root`",
         ""},
        {"packages", "packages of the system are installed", ""},
        {"host-file", "files that packages have installed are those that the vendor tested with",
         "migrations run what is in them"},
        {"capability", "the rights that services and low ports need", ""},
        {"address", "the node's address is this host's", "the others could not reach it"},
        {"port-taken", "the ports are free, TCP and UDP", "only one can listen"},
        {"outgoing", "what components connect to outside of the cluster can be reached", ""},
        {"clock", "the clocks of all nodes are within 60 s of each other",
         "certificates, and times that servers write into one database, would contradict each "
         "other; setting a clock is one command"},
        {"clock-database", "the clock of the database's host is within 60 s of the nodes'", ""},
        {"clock-unknown", "every clock can be asked", "", true},
        {"reach",
         "the connections between nodes can be made: agents, balanced ports, database; "
         "and back to the agent of the host that joins",
         ""},
        {"reach-unknown", "every node can try its connections", "", true},
        {"admission", "the cluster admits the node", "the cluster would refuse it later"},
        {"token-exists", "the new network token's file is not there", two_writers},
        {"token-folder", "the new network token's folder can be written",
         "nobody could join without it"},
        {"token-suite", "the network token is of the suite", answers},
        {"keystore-suite", "a keystore that is imported is of the suite", answers},
        {"datasource", "the database can be reached", "nothing works without it"},
        {"datasource-unreachable", "both accounts can use the database",
         "nothing works without it"},
        {"datasource-version", "the database server is new enough", "its SQL would fail"},
        {"datasource-grants", "Locum's account may do what it must", "its SQL would fail"},
        {"datasource-one-account", "the application has an account of its own",
         "it could not be shut out while the schema changes"},
        {"datasource-encoding", "the database's encoding is UTF8", "a copy needs it"},
        {"datasource-foreign-schema", "nothing of others is in the database", two_writers},
        {"datasource-kept-data", "the database holds no data that an uninstallation kept", ""},
        {"registry-exists", "the database belongs to no other cluster", two_writers},
        {"node-silent", "upgrades: every registered node answers",
         "one that is not asked could not be kept out"},
        {"node-unwell", "upgrades: all probes of every node pass",
         "an upgrade takes servers out, and the rest must serve"},
        {"node-alive", "`node remove`: nothing of the node lives",
         "its server would go on writing, unknown to the cluster"},
        {"node-unproven",
         "`node remove`: every other node, balancer and the database can be asked of it, and "
         "nothing they say is doubtful",
         ""},
        {"unfinished", "upgrades: no modification or installation of a node was cut off",
         "the node could not be staged"},
        {"update-mode", "upgrades: no server is in update mode", "another upgrade is under way"},
        {"rehearsal-record", "upgrades: what a rehearsal has measured can be read", "", true},
        {"backup-tool", "upgrades: pg_dump and pg_restore of the database's version are here",
         "there would be no backup"},
        {"backup-space", "upgrades: space for the backup of the database", ""},
        {"copy-identity", "upgrades on copies: tables have a key", copies},
        {"copy-unsupported-type", "upgrades on copies: columns have types that a copy carries",
         copies},
        {"copy-name-clash", "upgrades on copies: names differ by more than case", copies},
        {"copy-reserved-name", "upgrades on copies: no name is SQLite's own", copies},
        {"copy-encoding", "upgrades on copies: `encode` names types that fit", copies},
        {"copy-encoding-key", "upgrades on copies: keys stay unique as they are held", copies},
        {"copy-encoding-column",
         "upgrades on copies: `encode-columns` names columns that are there", copies},
        {"copy-value", "upgrades on copies: no value is lost", copies},
        {"copy-value-cut", "upgrades on copies: no value is cut off", "", true},
        {"copy-default", "upgrades on copies: defaults that a copy has not", "", true},
        {"copy-generated", "upgrades on copies: columns that the database computes", "", true},
        {"migration-command", "upgrades: the migration is one transaction", "", true},
        {"same-version", "upgrades: the version is a newer one", "", true},
        {"advice", "the vendor's advice for this selection and this cluster", "", true},
        {"advice-memory", "the memory that the vendor recommends", "", true},
        {"advice-cores", "the processor cores that the vendor recommends", "", true},
    };
    return all;
}

std::vector<engine::Finding> demoted(std::vector<engine::Finding> findings,
                                     const std::vector<std::string>& ignored) {
    for (const std::string& name : ignored) {
        const auto known = std::find_if(checks().begin(), checks().end(),
                                        [&](const CheckInfo& one) { return one.name == name; });
        if (known == checks().end()) {
            std::vector<std::string_view> may;
            for (const CheckInfo& one : checks())
                if (one.strict.empty() && !one.only_warns)
                    may.push_back(one.name);
            throw Error(fmt::format("no check is called '{}'", name), Kind::usage)
                .remedy(fmt::format("--ignore takes one of: {}", fmt::join(may, ", ")));
        }
        if (known->strict.empty())
            continue;
        std::string remedy = "leave --ignore " + name + " out";
        std::string found;
        for (const engine::Finding& finding : findings)
            if (finding.name == name && !finding.remedy.empty()) {
                found = "\n  " + to_line(finding);
                remedy = finding.remedy;
                break;
            }
        throw Error(fmt::format("{} cannot be ignored: {}{}", name, known->strict, found),
                    Kind::usage)
            .remedy(std::move(remedy));
    }
    return engine::demoted(std::move(findings), ignored);
}

bool has_errors(const std::vector<engine::Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(), [](const engine::Finding& finding) {
        return finding.severity == engine::Severity::error;
    });
}

} // namespace locum::installer
