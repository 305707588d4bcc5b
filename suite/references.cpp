#include "suite/references.hpp"

#include "engine/error.hpp"
#include "suite/manifest.hpp"
#include "suite/template.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::array<std::string_view, 10> of_host = {
    "data",          "etc",       "run",          "log",       "component.dir",
    "suite.version", "node.name", "node.address", "node.mode", "node.address.bare"};
constexpr std::array<std::string_view, 8> of_datasource = {
    "copy.snapshot_ms",    "datasource",      "datasource.host",     "datasource.port",
    "datasource.database", "datasource.user", "datasource.password", "datasource.file"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

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

bool is_known_variable(std::string_view name, bool datasource) {
    return contains(of_host, name) || (datasource && contains(of_datasource, name));
}

bool is_known_server_variable(std::string_view name) {
    return name == "name" || name == "address" || name == "out";
}

std::string known_variables(bool datasource) {
    return fmt::format("one of {}{}{}, port.NAME", fmt::join(of_host, ", "), datasource ? ", " : "",
                       fmt::join(of_datasource.begin(),
                                 datasource ? of_datasource.end() : of_datasource.begin(), ", "));
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

namespace {

bool is_required(const Manifest& manifest, std::string_view by, std::string_view other,
                 std::vector<std::string>& seen) {
    const Component* component = manifest.component(by);
    if (component == nullptr || contains(seen, by))
        return false;
    seen.emplace_back(by);
    return std::any_of(component->requires_.begin(), component->requires_.end(),
                       [&](const std::string& next) {
                           return next == other || is_required(manifest, next, other, seen);
                       });
}

} // namespace

Beside beside(const Manifest& manifest, std::string_view component, std::string_view other) {
    std::vector<std::string> seen;
    if (component == other || is_required(manifest, component, other, seen))
        return Beside::always;
    // A topology says what may be on one host; an operator may choose less.
    const auto& all = manifest.topologies;
    return std::any_of(all.begin(), all.end(),
                       [&](const Topology& topology) {
                           return contains(topology.components, component) &&
                                  contains(topology.components, other);
                       })
               ? Beside::sometimes
               : Beside::never;
}

std::optional<Mismatch> missing_port(const Manifest& manifest, std::string_view name,
                                     std::string_view component) {
    std::vector<std::string> usable;
    for (const Port& port : manifest.ports)
        if (beside(manifest, component, port.component) != Beside::never)
            usable.push_back(port.name);
    const auto port = std::find_if(manifest.ports.begin(), manifest.ports.end(),
                                   [&](const Port& one) { return one.name == name; });
    if (contains(usable, name))
        return std::nullopt;
    if (port != manifest.ports.end())
        return Mismatch{fmt::format("the port '{}' of '{}', which no topology has beside '{}'",
                                    name, port->component, component),
                        one_of(usable)};
    std::vector<std::string> names;
    for (const Port& one : manifest.ports)
        names.push_back(one.name);
    return Mismatch{fmt::format("the port '{}', which does not exist", name), one_of(names)};
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

void References::variables(const Section& section, const Text& text, const KnownIn& known) {
    references_.push_back({section, "variable", text, known});
}

namespace {

std::vector<VariableUse> uses_in(const Section& section, const Text& text) {
    try {
        return variables_of(text.value, "text");
    } catch (const engine::Error&) {
        section.fail(text.at,
                     fmt::format("the text '{}', in which braces do not match", text.value),
                     "variables as {name}, braces as {{ and }}");
    }
}

std::optional<Mismatch> wrong_secret(const Manifest& manifest, const KnownIn& known,
                                     const std::string& name, const std::string& text) {
    if (known.secrets)
        return missing_secret(manifest.secrets, name, known.component);
    return Mismatch{fmt::format("the secret '{}' in '{}', where others see it: in a list of "
                                "processes or a log",
                                name, text),
                    "secrets in templates and in the headers of probes only"};
}

// Of one of the balanced servers; the name is without "server.".
std::optional<Mismatch> wrong_server_variable(const Manifest& manifest, const KnownIn& known,
                                              std::string_view name, const std::string& all) {
    if (name.starts_with("port."))
        return missing_port(manifest, name.substr(5), known.server);
    if (name == "name" || name == "address")
        return std::nullopt;
    return Mismatch{fmt::format("the unknown variable 'server.{}'", name), all};
}

std::optional<Mismatch> wrong_variable(const Manifest& manifest, const KnownIn& known,
                                       std::string_view name, const std::string& text) {
    const std::string all =
        known_variables(known.datasource) +
        (known.server.empty() ? "" : ", server.name, server.address, server.port.NAME");
    if (!known.server.empty() && name.starts_with("server."))
        return wrong_server_variable(manifest, known, name.substr(7), all);
    if (name.starts_with("port."))
        return missing_port(manifest, name.substr(5), known.component);
    if (name == known.besides || is_known_variable(name, known.datasource))
        return std::nullopt;
    if (is_known_variable(name))
        return Mismatch{fmt::format("the variable '{}' in '{}', which is not made anew when the "
                                    "database is another one",
                                    name, text),
                        "it in templates, 'to', 'check', probes and commands of migrations only"};
    return Mismatch{fmt::format("the unknown variable '{}'", name), all};
}

std::optional<Mismatch> wrong_use(const Manifest& manifest, const KnownIn& known,
                                  const VariableUse& use, const std::string& text) {
    if (!use.list.empty())
        return Mismatch{fmt::format("the list '{}' in '{}'", use.list, text),
                        "lists in templates only"};
    if (use.name == "datasource.password")
        return Mismatch{fmt::format("the password in '{}', where others see it", text),
                        "it in templates only"};
    if (const std::string secret = secret_of(use.name); !secret.empty())
        return wrong_secret(manifest, known, secret, text);
    return wrong_variable(manifest, known, use.name, text);
}

} // namespace

void References::check(const Manifest& manifest) const {
    for (const auto& [section, kind, name, known_in] : references_) {
        if (kind == "variable") {
            for (const VariableUse& use : uses_in(section, name))
                if (const auto wrong = wrong_use(manifest, known_in, use, name.value))
                    section.fail(name.at, wrong->found, wrong->expected);
            continue;
        }
        const auto names = declared_.find(kind);
        const auto& known = names == declared_.end() ? std::vector<std::string>{} : names->second;
        if (!contains(known, name.value))
            section.fail(name.at,
                         fmt::format("the {} '{}', which does not exist", kind, name.value),
                         one_of(known));
    }
}

} // namespace locum::suite
