#include "installer/unused_answers.hpp"

#include "installer/facts.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer {

using engine::Finding;
using engine::Severity;
using suite::Manifest;

namespace {

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

// Compares key by key, and says how each is changed after an installation.
class Comparison {
public:
    Comparison(const Answers& answers, const Manifest& manifest, const Kept& kept) :
        answers_(answers), manifest_(manifest), kept_(kept),
        root_(kept.layout.root.empty() ? "" : " --root " + kept.layout.root) {}

    std::vector<Finding> findings() {
        const cluster::NodeState& node = kept_.node;
        folder("data-directory", answers_.data_directory, kept_.layout.data(), node.data_folder);
        folder("run-directory", answers_.run_directory, kept_.layout.run(), node.run_folder);
        compare("node.agent-port", std::to_string(answers_.agent_port),
                std::to_string(node.agent_port), anew());
        if (answers_.datasource && kept_.datasource)
            database(*answers_.datasource, *kept_.datasource);
        for (const suite::Port& port : manifest_.ports) {
            const auto said = answers_.ports.find(port.name);
            const auto is = node.ports.find(port.name);
            if (said != answers_.ports.end() && is != node.ports.end())
                compare("ports." + port.name, std::to_string(said->second),
                        std::to_string(is->second), anew(port.component));
        }
        for (const suite::Service& service : manifest_.services)
            if (node.has(service.component))
                choice(service);
        if (kept_.firewall)
            firewall(*kept_.firewall);
        return std::move(findings_);
    }

private:
    void compare(const std::string& key, const std::string& said, const std::string& is,
                 const std::string& remedy) {
        if (said != is)
            findings_.push_back({"answers-unused", Severity::warning,
                                 fmt::format("{} = {} by {}", key, said, answers_.file),
                                 fmt::format("{}, as this node is installed: it stays so", is),
                                 remedy});
    }

    std::string anew() const {
        return fmt::format("to change it: locum uninstall{}, and install it with these answers; "
                           "else correct them",
                           root_);
    }

    // What comes with a component can go and come with it, but for a server, which the cluster
    // needs.
    std::string anew(const std::string& component) const {
        const suite::Component* found = manifest_.component(component);
        if (!found || found->role == suite::Role::server || !found->with.empty())
            return anew();
        return fmt::format("to change it: locum modify --remove {0}{1}, then: locum modify --add "
                           "{0} --answers {2}{1}; else correct the answers",
                           component, root_, answers_.file);
    }

    void folder(const std::string& key, const std::string& said, const std::string& usual,
                const std::string& is) {
        compare(key, quoted(platform::absolute(said.empty() ? usual : said)),
                quoted(platform::absolute(is)), anew());
    }

    void database(const DatasourceAnswer& said, const datasource::Settings& is) {
        const std::string remedy =
            fmt::format("to work on another one: locum datasource add NAME{0}, then: locum "
                        "datasource activate NAME{0}; else correct the answers",
                        root_);
        const auto type = [](datasource::Kind kind) {
            return quoted(kind == datasource::Kind::sqlite ? "embedded" : "postgresql");
        };
        const auto text = [&](const char* key, const std::string& one, const std::string& other) {
            compare(fmt::format("datasource.{}", key), quoted(one), quoted(other), remedy);
        };
        compare("datasource.type", type(said.kind), type(is.kind), remedy);
        if (said.kind != is.kind)
            return;
        if (said.kind == datasource::Kind::sqlite) {
            text("file", settings_of(said, kept_.node.data_folder, kept_.layout.suite).file,
                 is.file);
            return;
        }
        text("host", said.host, is.host);
        compare("datasource.port", std::to_string(said.port), std::to_string(is.port), remedy);
        text("database", said.database, is.database);
        text("application.user", said.application.user, is.application.user);
        text("locum.user", said.locum.user, is.locum.user);
    }

    void choice(const suite::Service& service) {
        const auto of = [&](const std::map<std::string, cluster::ServiceChoice>& all) {
            const auto found = all.find(service.name);
            return found == all.end() ? cluster::ServiceChoice{} : found->second;
        };
        const cluster::ServiceChoice said = of(answers_.services), is = of(kept_.node.services);
        const auto account = [](const cluster::ServiceChoice& one) {
            return one.account.empty() ? "the suite's" : quoted(one.account);
        };
        const auto start = [](const cluster::ServiceChoice& one) {
            return quoted(one.by_hand ? "manual" : "automatic");
        };
        const std::string table = fmt::format("services.{}.", service.name);
        compare(table + "account", account(said), account(is), anew(service.component));
        compare(table + "start", start(said), start(is), anew(service.component));
    }

    void firewall(const FirewallRecord& record) {
        const FirewallAnswer& answer = answers_.firewall;
        compare("firewall.manage", answer.manage ? "true" : "false",
                record.manage ? "true" : "false", anew());
        if (!answer.manage || !record.manage)
            return;
        for (const auto& [name, clients] : answer.rules) {
            const auto port =
                std::find_if(manifest_.ports.begin(), manifest_.ports.end(),
                             [&name = name](const suite::Port& one) { return one.name == name; });
            const bool agent = name == "agent";
            if (!agent && !(port != manifest_.ports.end() && kept_.node.ports.contains(name)))
                continue;
            const auto rule =
                std::find_if(record.rules.begin(), record.rules.end(),
                             [&name = name](const PortRule& one) { return one.name == name; });
            compare("firewall.rules." + name, as_answered(clients),
                    as_answered(rule == record.rules.end() ? Clients{Clients::Who::nobody}
                                                           : rule->from),
                    agent ? anew() : anew(port->component));
        }
    }

    const Answers& answers_;
    const Manifest& manifest_;
    const Kept& kept_;
    std::string root_;
    std::vector<Finding> findings_;
};

} // namespace

Kept what_is_kept(const cluster::Layout& layout) {
    return {layout, cluster::load_node_state(layout), load_firewall(layout),
            cluster::load_datasource(layout)};
}

std::vector<Finding> unused_answers(const Answers& answers, const Manifest& manifest,
                                    const Kept& kept) {
    return Comparison(answers, manifest, kept).findings();
}

} // namespace locum::installer
