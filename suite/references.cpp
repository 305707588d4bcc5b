#include "suite/references.hpp"

#include "engine/error.hpp"
#include "suite/manifest.hpp"
#include "suite/template.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::array<std::string_view, 17> variables_given = {"data",
                                                              "etc",
                                                              "run",
                                                              "log",
                                                              "component.dir",
                                                              "suite.version",
                                                              "node.name",
                                                              "node.address",
                                                              "node.mode",
                                                              "copy.snapshot_ms",
                                                              "datasource",
                                                              "datasource.host",
                                                              "datasource.port",
                                                              "datasource.database",
                                                              "datasource.user",
                                                              "datasource.password",
                                                              "datasource.file"};

constexpr std::size_t longest_name = 48; // "locum_" and a suite's name fit a PostgreSQL identifier

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > longest_name || name.front() == '-' || name.back() == '-')
        return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == name.npos &&
           name.find("--") == name.npos;
}

std::string one_of(const std::vector<std::string>& names) {
    return names.empty() ? "none" : fmt::format("one of {}", fmt::join(names, ", "));
}

} // namespace

bool is_known_variable(std::string_view name) {
    return std::find(variables_given.begin(), variables_given.end(), name) != variables_given.end();
}

bool is_known_server_variable(std::string_view name) {
    return name == "name" || name == "address" || name == "out";
}

std::string known_variables() {
    return fmt::format("one of {}, port.NAME", fmt::join(variables_given, ", "));
}

std::string secret_of(std::string_view variable) {
    constexpr std::string_view prefix = "secret.";
    return variable.starts_with(prefix) ? std::string(variable.substr(prefix.size())) : "";
}

std::optional<Mismatch> missing_secret(const std::vector<SharedSecret>& secrets,
                                       std::string_view name, std::string_view component) {
    std::vector<std::string> names;
    for (const SharedSecret& secret : secrets) {
        names.push_back(secret.name);
        if (secret.name != name)
            continue;
        const auto& get = secret.components;
        if (std::find(get.begin(), get.end(), component) != get.end())
            return std::nullopt;
        return Mismatch{fmt::format("the secret '{}' in a text of '{}', which does not get it",
                                    name, component),
                        fmt::format("'{}' among the secret's components, which are {}", component,
                                    fmt::join(get, ", "))};
    }
    return Mismatch{fmt::format("the secret '{}', which does not exist", name), one_of(names)};
}

void References::declare(const Section& section, std::string_view kind, const Text& name) {
    if (!is_name(name.value))
        section.fail(
            name.at, fmt::format("the {} name '{}'", kind, name.value),
            fmt::format("a-z, 0-9 and single dashes between them, at most {}", longest_name));
    auto& names = declared_[std::string(kind)];
    if (std::find(names.begin(), names.end(), name.value) != names.end())
        section.fail(name.at, fmt::format("a second {} '{}'", kind, name.value),
                     "a name that is not taken");
    names.push_back(name.value);
}

void References::refer(const Section& section, std::string_view kind, const Text& name) {
    references_.push_back({section, std::string(kind), name});
}

void References::variables(const Section& section, const Text& text, std::string_view besides,
                           bool of_server) {
    references_.push_back({section, "variable", text, std::string(besides), of_server});
}

void References::variables_with_secrets(const Section& section, const Text& text,
                                        std::string_view component) {
    references_.push_back({section, "variable", text, "", false, std::string(component)});
}

void References::check(const std::vector<SharedSecret>& secrets) const {
    for (const Reference& reference : references_) {
        const auto& [section, kind, name, besides, of_server, secrets_of] = reference;
        if (kind == "variable") {
            check_variables(reference, secrets);
            continue;
        }
        const auto names = declared_.find(kind);
        const auto& known = names == declared_.end() ? std::vector<std::string>{} : names->second;
        if (std::find(known.begin(), known.end(), name.value) == known.end())
            section.fail(name.at,
                         fmt::format("the {} '{}', which does not exist", kind, name.value),
                         one_of(known));
    }
}

void References::check_variables(const Reference& reference,
                                 const std::vector<SharedSecret>& secrets) const {
    const Section& section = reference.section;
    const Text& text = reference.name;
    std::vector<VariableUse> uses;
    try {
        uses = variables_of(text.value, "text");
    } catch (const engine::Error&) {
        section.fail(text.at,
                     fmt::format("the text '{}', in which braces do not match", text.value),
                     "variables as {name}, braces as {{ and }}");
    }
    const auto ports = declared_.find("port");
    for (const auto& use : uses) {
        if (!use.list.empty())
            section.fail(text.at, fmt::format("the list '{}' in '{}'", use.list, text.value),
                         "lists in templates only");
        if (use.name == "datasource.password")
            section.fail(text.at,
                         fmt::format("the password in '{}', where others see it", text.value),
                         "it in templates only");
        if (const std::string secret = secret_of(use.name); !secret.empty()) {
            if (reference.secrets_of.empty())
                section.fail(text.at,
                             fmt::format("the secret '{}' in '{}', where others see it: in a list "
                                         "of processes or a log",
                                         secret, text.value),
                             "secrets in templates and in the headers of probes only");
            if (const auto missing = missing_secret(secrets, secret, reference.secrets_of))
                section.fail(text.at, missing->found, missing->expected);
            continue;
        }
        // Of the server in question, or of this host.
        std::string_view name = use.name;
        const bool of_server = reference.of_server && name.starts_with("server.");
        if (of_server)
            name.remove_prefix(std::string_view("server.").size());
        const std::string port(name.starts_with("port.") ? name.substr(5) : "");
        if (!port.empty()) {
            const auto& known =
                ports == declared_.end() ? std::vector<std::string>{} : ports->second;
            if (std::find(known.begin(), known.end(), port) == known.end())
                section.fail(text.at, fmt::format("the port '{}', which does not exist", port),
                             one_of(known));
        } else if (of_server ? name != "name" && name != "address"
                             : !is_known_variable(name) && name != reference.besides) {
            section.fail(text.at, fmt::format("the unknown variable '{}'", use.name),
                         reference.of_server
                             ? known_variables() + ", server.name, server.address, server.port.NAME"
                             : known_variables());
        }
    }
}

} // namespace locum::suite
