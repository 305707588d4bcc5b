// Ports that texts name by their number.

#include "suite/lint_checks.hpp"
#include "suite/references.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace locum::suite {

namespace {

struct Literal {
    std::string component; // whose text it is
    Spot at;
    std::string text; // "127.0.0.1:30001"
    unsigned long number = 0;
};

// The address of this host that ends at `end`; empty where it is another's, or none.
std::string own_address(const std::string& text, std::size_t end) {
    for (const char* whole : {"{node.address}", "{node.name}", "[::]", "[::1]", "*"})
        if (const std::string_view address = whole;
            end >= address.size() &&
            text.compare(end - address.size(), address.size(), address) == 0)
            return whole;
    std::size_t begin = end;
    while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 ||
                         text[begin - 1] == '.' || text[begin - 1] == '-'))
        --begin;
    const std::string host = text.substr(begin, end - begin);
    return host == "localhost" || host == "0.0.0.0" || host.starts_with("127.") ? host : "";
}

void add_literals(const Source& source, const TextOf& one, std::vector<Literal>& all) {
    const std::string& text = one.text;
    for (std::size_t at = 0; (at = text.find(':', at)) != std::string::npos; ++at) {
        const std::size_t end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
        const std::string digits = text.substr(at + 1, end - at - 1);
        const std::string address = own_address(text, at);
        if (address.empty() || digits.empty() || digits.size() > 5 ||
            (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0))
            continue;
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        all.push_back({one.component,
                       one.file.empty() ? table_at(source, {"components", one.component})
                                        : Spot{one.file, static_cast<unsigned>(line)},
                       address + ":" + digits, std::stoul(digits)});
    }
}

bool may_be(const Port& port, unsigned long number) {
    return std::any_of(port.choices.begin(), port.choices.end(),
                       [&](const PortChoice& choice) { return choice.port == number; });
}

bool meet(const Manifest& manifest, const std::string& one, const std::string& other) {
    return one != other && beside(manifest, one, other) != Beside::never;
}

// Against the ports of others. True: it is somebody's port, and nothing more is to be said.
bool lint_declared(const Manifest& manifest, const Literal& literal, Remarks& remarks) {
    const auto& ports = manifest.ports;
    const auto named = [&](bool own) {
        return std::find_if(ports.begin(), ports.end(), [&](const Port& port) {
            return may_be(port, literal.number) &&
                   (own ? port.component == literal.component
                        : meet(manifest, literal.component, port.component));
        });
    };
    if (named(true) != ports.end())
        return true;
    const auto other = named(false);
    if (other == ports.end())
        return false;
    remarks.warning(
        literal.at,
        {"port-clash",
         fmt::format("'{}' in a text of '{}'; {} is the port '{}' of '{}'", literal.text,
                     literal.component, literal.number, other->name, other->component),
         "a number of its own for each, or the port by its name where it is the one "
         "that is meant: operators may give it another number",
         fmt::format("write {{port.{}}}, or declare another port in [[ports]]", other->name)});
    return true;
}

} // namespace

void lint_literals(const Source& source, Remarks& remarks) {
    std::vector<Literal> all;
    for (const TextOf& text : texts_of(source))
        if (source.manifest.component(text.component) != nullptr)
            add_literals(source, text, all);
    std::vector<Literal> undeclared; // the first of each component and number
    std::set<std::pair<std::string, unsigned long>> seen;
    for (const Literal& literal : all) {
        if (!seen.emplace(literal.component, literal.number).second ||
            lint_declared(source.manifest, literal, remarks))
            continue;
        const auto other =
            std::find_if(undeclared.begin(), undeclared.end(), [&](const Literal& one) {
                return one.number == literal.number &&
                       meet(source.manifest, one.component, literal.component);
            });
        if (other != undeclared.end())
            remarks.warning(
                literal.at,
                {"port-clash",
                 fmt::format("'{}' in a text of '{}', and '{}' in one of '{}'", other->text,
                             other->component, literal.text, literal.component),
                 "a number of its own for each component on one host; one that they "
                 "share among [[ports]], so that it is known to be taken",
                 "declare it in [[ports]], and write {port.NAME} in both"});
        undeclared.push_back(literal);
    }
}

} // namespace locum::suite
