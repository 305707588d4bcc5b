#include "interview/questions_of_network.hpp"
#include "interview/questions_of_keystore.hpp"

#include "cluster/layout.hpp"
#include "engine/contains.hpp"
#include "installer/facts.hpp"
#include "platform/addresses.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "suite/systems.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::interview {

namespace {

using suite::Manifest;
using When = std::function<bool(const Draft&)>;

bool given(const Draft& draft, const std::string& key, const char* value) {
    return text_of(draft, key) == value;
}

When creates() {
    return [](const Draft& draft) { return given(draft, network_key, "create"); };
}
When on_postgresql() {
    return [](const Draft& draft) {
        return given(draft, network_key, "create") && given(draft, "datasource.type", "postgresql");
    };
}
When advanced() {
    return [](const Draft& draft) { return given(draft, advanced_key, "yes"); };
}
bool selected(const Draft& draft, const std::string& component) {
    const auto found = draft.find("components");
    return found != draft.end() && engine::contains(found->second, component);
}

std::function<Value(const Draft&)> always(Value value) {
    return [value = std::move(value)](const Draft&) { return value; };
}

Question address_question(const Host& host) {
    Question question{
        "node.address", Form::text, "Address of this node",
        "Where agent and services of this host listen, and where the other hosts reach it."};
    question.suggested = always(host.addresses.empty() ? Value() : Value{host.addresses.front()});
    question.fault = [](const Draft&, const Value& value) -> std::string {
        const std::string& address = value.at(0);
        if (address == "0.0.0.0" || address == "::")
            return fmt::format(
                "found {}; expected the one address at which the others reach this host", address);
        const std::string why = platform::not_own_address(address);
        return why.empty()
                   ? ""
                   : fmt::format("found {}: {}; expected an address of this host", address, why);
    };
    return question;
}

// Among those that were given before it.
std::string fault_of_same_port(const Draft& draft, const Value& value) {
    for (const auto& [key, other] : draft)
        if ((key == "node.agent-port" || key.starts_with("ports.")) && other == value)
            return fmt::format("found {}, as {}; expected a port of its own", value.at(0), key);
    return "";
}

std::string fault_of_port(const Draft& draft, const Value& value) {
    const auto port = static_cast<std::uint16_t>(std::stoul(value.at(0)));
    if (std::string same = fault_of_same_port(draft, value); !same.empty())
        return same;
    const auto taken = platform::listener(text_of(draft, "node.address"), port);
    return taken ? fmt::format("found {} in use by {}; expected a free port", port,
                               taken->program.empty() ? "a process" : taken->program)
                 : "";
}

// Of a folder that is written, or will be made.
std::string fault_of_folder(const std::string& path) {
    if (!platform::is_absolute(path))
        return fmt::format("found '{}'; expected an absolute path", path);
    std::string at = path;
    while (!platform::exists(at) && platform::parent_of(at) != at)
        at = platform::parent_of(at);
    if (platform::is_regular_file(at))
        return fmt::format("found a file at {}; expected a folder, or nothing", at);
    return platform::writeable(path)
               ? ""
               : fmt::format("found no right to write {}; expected a folder that can be written, "
                             "or made",
                             path);
}

std::string fault_of_run_folder(const Manifest& manifest, const Draft& draft,
                                const std::string& path) {
    const auto components = draft.find("components");
    const std::string socket =
        components == draft.end()
            ? ""
            : installer::socket_path(manifest, suite::completed(manifest, components->second),
                                     path);
    return socket.size() > installer::longest_socket_path
               ? fmt::format(
                     "found {} ({} characters) as the path of a socket; expected at most {}",
                     socket, socket.size(), installer::longest_socket_path)
               : fault_of_folder(path);
}

std::string data_folder(const Setting& setting) {
    return cluster::Layout{setting.root, setting.manifest.name}.data();
}

void add_folders(std::vector<Question>& all, const Setting& setting) {
    Question data{"data-directory", Form::path, "Folder for data",
                  "Copies, backups and the embedded database are there."};
    data.asked = advanced();
    data.suggested = always({data_folder(setting)});
    data.fault = [](const Draft&, const Value& value) { return fault_of_folder(value.at(0)); };
    all.push_back(std::move(data));
    Question run{"run-directory", Form::path, "Folder for sockets", "Keep it short."};
    run.asked = advanced();
    run.suggested = always({cluster::Layout{setting.root, setting.manifest.name}.run()});
    run.fault = [&manifest = setting.manifest](const Draft& draft, const Value& value) {
        return fault_of_run_folder(manifest, draft, value.at(0));
    };
    all.push_back(std::move(run));
}

Question embedded_file_question(const Setting& setting) {
    Question file{"datasource.file", Form::path, "File of the embedded database",
                  "Of an embedded one only: it is made there."};
    file.asked = [](const Draft& draft) {
        return given(draft, network_key, "create") && given(draft, advanced_key, "yes") &&
               given(draft, "datasource.type", "embedded");
    };
    file.suggested = [usual = data_folder(setting),
                      suite = setting.manifest.name](const Draft& draft) {
        const std::string folder = text_of(draft, "data-directory");
        return Value{(folder.empty() ? usual : folder) + "/" + suite + ".sqlite"};
    };
    file.fault = [](const Draft&, const Value& value) {
        const std::string& path = value.at(0);
        if (platform::exists(path) && !platform::is_regular_file(path))
            return fmt::format("found something else than a file at {}; expected one, or nothing",
                               path);
        return fault_of_folder(platform::parent_of(path));
    };
    return file;
}

void add_account(std::vector<Question>& all, const std::string& name, const std::string& whose,
                 const std::string& suggested) {
    const std::string table = "datasource." + name + ".";
    Question user{table + "user", Form::text, fmt::format("Account of {}", whose),
                  fmt::format("Of the database, for {}. It exists already.", whose)};
    user.asked = on_postgresql();
    user.suggested = always({suggested});
    all.push_back(std::move(user));
    Question password{table + "password", Form::password, fmt::format("Password of {}", whose),
                      "Never kept in an answers file: there stands which file or environment "
                      "variable has it, or that "
                      "it is asked for."};
    password.asked = on_postgresql();
    password.suggested = always({"prompt"});
    all.push_back(std::move(password));
}

void add_datasource(std::vector<Question>& all, const Setting& setting) {
    Question type{"datasource.type", Form::choice, "Database",
                  "All servers of the network work on one database. The embedded one serves a "
                  "single host, for trial."};
    type.asked = creates();
    type.options = [](const Draft&) {
        return std::vector<Option>{{"postgresql", "PostgreSQL"},
                                   {"embedded", "embedded (SQLite), on this host only"}};
    };
    type.suggested = always({"postgresql"});
    all.push_back(std::move(type));
    all.push_back(embedded_file_question(setting));
    Question host{"datasource.host", Form::text, "Host of the database",
                  "Name or address of the PostgreSQL server."};
    host.asked = on_postgresql();
    all.push_back(std::move(host));
    Question port{"datasource.port", Form::port, "Port of the database",
                  "PostgreSQL's own is 5432."};
    port.asked = on_postgresql();
    port.suggested = always({"5432"});
    all.push_back(std::move(port));
    Question database{"datasource.database", Form::text, "Name of the database",
                      "It exists already, and is empty."};
    database.asked = on_postgresql();
    database.suggested = always({setting.manifest.name});
    all.push_back(std::move(database));
    add_account(all, "application", "the suite's servers", "app");
    add_account(all, "locum", "Locum itself", "locum");
    // With the last that is needed for it, it is tried.
    all.back().fault = [attempt = setting.try_datasource](const Draft& draft, const Value& value) {
        Draft whole = draft;
        whole["datasource.locum.password"] = value;
        return attempt ? attempt(whole) : std::string();
    };
}

// As the manifest has it for the host's selection.
std::uint16_t choice_of(const suite::Port& port, const Draft& draft) {
    for (const suite::PortChoice& choice : port.choices)
        if (choice.when.empty() || selected(draft, choice.when))
            return choice.port;
    return port.choices.back().port;
}

void add_ports(std::vector<Question>& all, const Manifest& manifest) {
    Question agent{"node.agent-port", Form::port, "Port of Locum's agent",
                   "Other nodes reach this host's agent there (TCP)."};
    agent.asked = advanced();
    agent.suggested = always({"61616"});
    agent.fault = fault_of_port;
    all.push_back(std::move(agent));
    for (const suite::Port& port : manifest.ports) {
        if (!suite::is_offered(manifest, port.component))
            continue;
        Question question{"ports." + port.name, Form::port,
                          fmt::format("Port '{}' of {}", port.name, port.component),
                          "In place of the vendor's choice for this selection."};
        question.asked = [component = port.component](const Draft& draft) {
            return given(draft, advanced_key, "yes") && selected(draft, component);
        };
        question.suggested = [port](const Draft& draft) {
            return Value{std::to_string(choice_of(port, draft))};
        };
        question.fault = port.tcp ? fault_of_port : fault_of_same_port;
        all.push_back(std::move(question));
    }
}

const char* word_of(suite::Clients clients) {
    switch (clients) {
    case suite::Clients::any:
        return "any";
    case suite::Clients::peers:
        return "peers";
    case suite::Clients::host:
        break;
    }
    return "off";
}

std::string fault_of_rule(const Draft&, const Value& value) {
    const Value clients = clients_in(value);
    if (clients == Value{"any"} || clients == Value{"peers"} || clients == Value{"off"})
        return "";
    for (const std::string& network : clients)
        if (!platform::network(network))
            return fmt::format("found '{}'; expected any, peers, off, or networks such as "
                               "10.0.0.0/8, 2001:db8::/32",
                               network);
    return clients.empty() ? "found no network; expected one at least" : "";
}

void add_firewall(std::vector<Question>& all, const Setting& setting) {
    Question manage{"firewall.manage", Form::yes_no,
                    "Let the host's firewall admit who uses these ports?",
                    "Locum adds rules of its own, by the host's own firewall, and takes exactly "
                    "those away again. Other "
                    "rules are not touched."};
    manage.asked = [in_force = setting.firewall](const Draft&) { return in_force; };
    manage.suggested = always({"yes"});
    all.push_back(std::move(manage));
    const auto add = [&](const std::string& name, const std::string& component,
                         const char* vendors) {
        Question rule{"firewall.rules." + name, Form::text,
                      fmt::format("Who may connect to port '{}'", name),
                      "any: everybody; peers: the network's nodes; off: no rule; or networks such "
                      "as 10.0.0.0/8, 2001:db8::/32."};
        rule.asked = [in_force = setting.firewall, component](const Draft& draft) {
            return in_force && given(draft, "firewall.manage", "yes") &&
                   (component.empty() || selected(draft, component));
        };
        rule.suggested = always({vendors});
        rule.fault = fault_of_rule;
        all.push_back(std::move(rule));
    };
    add("agent", "", "any");
    for (const suite::Port& port : setting.manifest.ports)
        if (suite::is_offered(setting.manifest, port.component))
            add(port.name, port.component, word_of(port.from));
}

} // namespace

Value clients_in(const Value& texts) {
    Value clients;
    for (const std::string& text : texts) {
        std::size_t at = 0;
        while ((at = text.find_first_not_of(", ", at)) != std::string::npos) {
            const std::size_t end = std::min(text.find_first_of(", ", at), text.size());
            clients.push_back(text.substr(at, end - at));
            at = end;
        }
    }
    return clients;
}

std::vector<Question> questions_of_network(const Setting& setting) {
    std::vector<Question> all{address_question(setting.host)};
    Question advanced_one{advanced_key, Form::yes_no,
                          "Choose folders, ports and the start of services yourself?",
                          "The vendor's choices do for nearly all hosts."};
    advanced_one.suggested = always({"no"});
    all.push_back(std::move(advanced_one));
    add_folders(all, setting);
    add_datasource(all, setting);
    for (Question& question : questions_of_keystore(setting))
        all.push_back(std::move(question));
    add_ports(all, setting.manifest);
    add_firewall(all, setting);
    return all;
}

} // namespace locum::interview
