#pragma once
// Names in a manifest: declared once, referred to from elsewhere. Complaints wait until all of the
// file has been read, since a reference may stand before what it names.

#include "suite/document.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

struct SharedSecret;

class References {
public:
    // kind is a word for messages: "component", "port". A second declaration of a name, and one
    // that is not made of a-z, 0-9 and single dashes, throws Error(usage).
    void declare(const Section& section, std::string_view kind, const Text& name);
    void refer(const Section& section, std::string_view kind, const Text& name);
    // A text with variables (suite/template.hpp); besides: one more that is known in it. of_server:
    // {server.name}, {server.address} and {server.port.NAME} are known too.
    void variables(const Section& section, const Text& text, std::string_view besides = "",
                   bool of_server = false);
    // The same for a text that nobody sees but the component that it is for: the component's
    // {secret.NAME} are known in it.
    void variables_with_secrets(const Section& section, const Text& text,
                                std::string_view component);
    // Throws Error(usage) for the first reference, in the order of reading, that leads nowhere.
    void check(const std::vector<SharedSecret>& secrets) const;

private:
    struct Reference {
        Section section;
        std::string kind;
        Text name;
        std::string besides = {};
        bool of_server = false;
        std::string secrets_of = {}; // a component; empty: no secret is known
    };
    void check_variables(const Reference& reference,
                         const std::vector<SharedSecret>& secrets) const;

    std::map<std::string, std::vector<std::string>, std::less<>> declared_;
    std::vector<Reference> references_;
};

// The variables that Locum gives, but for {port.NAME}. Used for templates' texts too.
bool is_known_variable(std::string_view name);
// Of one server in the list `servers`, but for port.NAME.
bool is_known_server_variable(std::string_view name);
std::string known_variables();

// "api-key" of the variable "secret.api-key"; empty where it is none.
std::string secret_of(std::string_view variable);
// What was found and what was expected, where the component gets no secret of this name.
struct Mismatch {
    std::string found;
    std::string expected;
};
std::optional<Mismatch> missing_secret(const std::vector<SharedSecret>& secrets,
                                       std::string_view name, std::string_view component);

} // namespace locum::suite
