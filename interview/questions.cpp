#include "interview/questions.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "installer/accounts.hpp"
#include "installer/requirements.hpp"
#include "interview/questions_of_network.hpp"
#include "platform/files.hpp"
#include "suite/systems.hpp"
#include "suite/topology.hpp"
#include "suite/trust.hpp"
#include "token/identity.hpp"
#include "token/network_token.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::interview {

using engine::contains;
using engine::Error;
using suite::Manifest;

namespace {

constexpr const char* suites_account = "-"; // no name of an account

std::string told(const Error& error) {
    return "found " + error.one_line();
}

std::string fault_of_key(const Draft&, const Value& value) {
    try {
        const std::string& key = value.at(0);
        if (key.size() == 64 && key.find_first_not_of("0123456789abcdef") == std::string::npos)
            suite::PublicKey::parse(key);
        else
            suite::PublicKey::load(platform::absolute(key));
        return "";
    } catch (const Error& error) {
        return told(error);
    }
}

std::string fault_of_new_token(const Draft&, const Value& value) {
    const std::string& path = value.at(0);
    if (platform::exists(path))
        return fmt::format("found {}; expected no file there: a second token would not admit the "
                           "first one's nodes",
                           path);
    const std::string folder = platform::parent_of(platform::absolute(path));
    if (!platform::exists(folder) || !platform::writeable(folder))
        return fmt::format("found no folder for {} that can be written; expected one", path);
    return "";
}

std::string fault_of_token(const Draft&, const Value& value) {
    try {
        token::NetworkToken::load(platform::absolute(value.at(0)));
        return "";
    } catch (const Error& error) {
        return told(error);
    }
}

// What can be chosen of a topology on this host's system: what comes with another is not.
std::vector<std::string> choosable(const Manifest& manifest, const std::string& topology) {
    std::vector<std::string> names;
    for (const suite::Component& component : manifest.components) {
        const auto fits = std::find_if(manifest.topologies.begin(), manifest.topologies.end(),
                                       [&](const auto& one) {
                                           return (topology.empty() || one.name == topology) &&
                                                  contains(one.components, component.name);
                                       });
        if (component.with.empty() && fits != manifest.topologies.end() &&
            suite::is_offered(manifest, component.name))
            names.push_back(component.name);
    }
    return names;
}

// Of which this host can have anything.
std::vector<suite::Topology> possible(const Manifest& manifest) {
    std::vector<suite::Topology> topologies = manifest.topologies;
    std::erase_if(topologies, [&](const suite::Topology& topology) {
        return choosable(manifest, topology.name).empty();
    });
    if (topologies.empty())
        throw Error(fmt::format("{} {} brings nothing for {}", manifest.title,
                                manifest.version.text(), manifest.system),
                    engine::Kind::refused)
            .remedy("install it on a host of another system (locum bundle inspect BUNDLE shows "
                    "which), or ask the vendor for a bundle that is for this one");
    return topologies;
}

Question topology_question(const Manifest& manifest) {
    Question question{topology_key, Form::choice, "Kind of network",
                      "What the cluster is to be. All of its hosts are of one kind."};
    const std::vector<suite::Topology> topologies = possible(manifest);
    question.options = [topologies](const Draft&) {
        std::vector<Option> options;
        for (const suite::Topology& topology : topologies)
            options.push_back({topology.name, topology.title,
                               fmt::format("{}", fmt::join(topology.components, ", "))});
        return options;
    };
    question.suggested = [first = topologies[0].name](const Draft&) { return Value{first}; };
    return question;
}

std::string fault_of_selection(const Manifest& manifest, const Draft& draft, const Value& value) {
    if (value.empty())
        return "found no component; expected one at least";
    const bool first = text_of(draft, network_key) == "create";
    bool server = false;
    for (const std::string& name : value) {
        const suite::Component& component = *manifest.component(name);
        server = server || component.role == suite::Role::server;
        for (const std::string& needed : component.requires_)
            if (!contains(value, needed))
                return fmt::format("found {} without {}; expected both", name, needed);
        for (const std::string& needed : component.cluster_requires)
            if (first && !contains(value, needed))
                return fmt::format(
                    "found {} without {} in the cluster; expected it here, or installed before",
                    name, needed);
    }
    if (first && !server)
        return "found a first node without a server; expected one: it creates the cluster";
    return suite::topology_of(manifest, value)
               ? ""
               : "found components of no topology; expected those of one: " +
                     suite::topologies_text(manifest);
}

// What it takes, what comes with it, and what it cannot be without. Short: a list is cut at the
// screen's width.
std::string note_of(const Manifest& manifest, const suite::Component& component) {
    const std::vector<std::string> all = suite::completed(manifest, {component.name});
    const auto need = installer::needs_of(manifest, all).back();
    std::string note = fmt::format("{} MB disk, {} MB memory",
                                   (need.disk_bytes + (1U << 20) - 1) >> 20, need.memory_mb);
    if (all.size() > 1)
        note += fmt::format("; brings {}", fmt::join(all.begin() + 1, all.end(), ", "));
    if (!component.requires_.empty())
        note += fmt::format("; needs {} beside it", fmt::join(component.requires_, ", "));
    if (!component.cluster_requires.empty())
        note += fmt::format("; needs {} first", fmt::join(component.cluster_requires, ", "));
    return note;
}

Question components_question(const Manifest& manifest) {
    Question question{
        "components", Form::several, "Components of this host",
        "What this host is to run. What comes with a component by itself need not be named; what "
        "it needs first may be on another host."};
    question.options = [&manifest](const Draft& draft) {
        std::vector<Option> options;
        for (const std::string& name : choosable(manifest, text_of(draft, topology_key))) {
            const suite::Component& component = *manifest.component(name);
            options.push_back({name, component.title, note_of(manifest, component)});
        }
        return options;
    };
    question.suggested = [&manifest](const Draft& draft) {
        const auto all = choosable(manifest, text_of(draft, topology_key));
        return Value{all.front()};
    };
    question.fault = [&manifest](const Draft& draft, const Value& value) {
        return fault_of_selection(manifest, draft, value);
    };
    return question;
}

Question name_question(const Host& host) {
    Question question{"node.name", Form::text, "Name of this node",
                      "By which the cluster knows this host: 1 to 63 letters, digits, dots, "
                      "dashes, underscores; unique."};
    question.suggested = [name = host.name](const Draft&) { return Value{name}; };
    question.fault = [](const Draft&, const Value& value) -> std::string {
        try {
            token::check_node_name(value.at(0));
            return "";
        } catch (const Error&) {
            return fmt::format("found '{}'; expected {}", value[0], token::node_name_rule);
        }
    };
    return question;
}

void add_services(std::vector<Question>& all, const Setting& setting) {
    for (const suite::Service& service : setting.manifest.services) {
        const auto asked = [component = service.component](const Draft& draft) {
            const auto selected = draft.find("components");
            return text_of(draft, advanced_key) == "yes" && selected != draft.end() &&
                   contains(selected->second, component);
        };
        Question start{"services." + service.name + ".start", Form::choice,
                       fmt::format("Start of {}", service.name),
                       "Whether it is started at boot (automatic), or by a person (manual)."};
        start.asked = asked;
        start.options = [](const Draft&) {
            return std::vector<Option>{{"automatic", "at boot"}, {"manual", "by a person"}};
        };
        start.suggested = [](const Draft&) { return Value{"automatic"}; };
        all.push_back(std::move(start));

        Question account{"services." + service.name + ".account", Form::text,
                         fmt::format("Account of {}", service.name),
                         fmt::format("Of this host, as which it runs; it exists already. {}: the "
                                     "suite's own, which the installation makes.",
                                     suites_account)};
        // Below a folder services run as the user that the agent runs as.
        account.asked = [asked, below = !setting.root.empty()](const Draft& draft) {
            return !below && asked(draft);
        };
        account.suggested = [](const Draft&) { return Value{suites_account}; };
        account.fault = [](const Draft&, const Value& value) {
            return value.at(0) == suites_account || installer::may_be_account(value[0])
                       ? ""
                       : fmt::format("found '{}'; expected {}, or {}", value[0],
                                     installer::account_names_text(), suites_account);
        };
        all.push_back(std::move(account));
    }
}

} // namespace

bool is_answer(const std::string& key) {
    return key != network_key && key != topology_key && key != advanced_key &&
           key != keystore_key && key != information_key;
}

std::vector<Question> questions_of_trust(const Host& host, const std::string& suite) {
    Question network{
        network_key, Form::choice, "Network",
        "The first host creates the network, and its token, which every further host needs."};
    network.options = [](const Draft&) {
        return std::vector<Option>{{"create", "create a new network, with this host as its first"},
                                   {"use", "join a network, with its token"}};
    };
    network.suggested = [](const Draft&) { return Value{"create"}; };

    const auto chosen = [](const char* what) {
        return [what](const Draft& draft) { return text_of(draft, network_key) == what; };
    };
    Question create{"token.create", Form::path, "File for the new network token",
                    "Who has it can add hosts to the network: keep it secret, and carry it to the "
                    "further hosts."};
    create.asked = chosen("create");
    create.suggested = [path = host.home + "/" + suite + ".token"](const Draft&) {
        return Value{path};
    };
    create.fault = fault_of_new_token;

    Question use{"token.use", Form::path, "File with the network token",
                 "From the first host of the network, or written on any of its servers by: locum "
                 "token write FILE."};
    use.asked = chosen("use");
    use.suggested = create.suggested;
    use.fault = fault_of_token;

    Question key{"trusted-key", Form::path, "The vendor's public key",
                 "A .pub file, or its 64 hexadecimal digits: the bundle must be signed with it. "
                 "Get it from the vendor by another way than the bundle."};
    key.asked = chosen("create");
    key.fault = fault_of_key;
    return {network, create, use, key};
}

std::vector<Question> questions_of_suite(const Setting& setting) {
    const Manifest& manifest = setting.manifest;
    std::vector<Question> all;
    if (!setting.licence.empty())
        all.push_back({"licence-accepted", Form::accept, "Licence",
                       "It has to be accepted for the installation.", setting.licence});
    if (!setting.information.empty())
        all.push_back({information_key, Form::accept, "Information",
                       "What the vendor says of this version.", setting.information});
    all.push_back(topology_question(manifest));
    all.push_back(components_question(manifest));
    all.push_back(name_question(setting.host));
    for (Question& question : questions_of_network(setting))
        all.push_back(std::move(question));
    add_services(all, setting);
    return all;
}

std::vector<Line> lines_of(const Draft& given) {
    std::vector<Line> lines;
    for (const auto& [key, value] : given) {
        if (!is_answer(key))
            continue;
        if (key.starts_with("firewall.rules."))
            lines.push_back({key, clients_in(value)});
        else if (!key.starts_with("services.") || value != Value{suites_account})
            lines.push_back({key, value});
    }
    return lines;
}

} // namespace locum::interview
