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

struct Manifest;
struct SharedSecret;

// Whose text it is, and what is known in it besides the variables of its host.
struct KnownIn {
    std::string component;
    bool datasource = false;  // {datasource…} and {copy.snapshot_ms}
    bool secrets = false;     // the component's {secret.NAME}, where nobody else sees the text
    std::string server = {};  // a component: {server.name}, .address, .port.NAME of one such server
    std::string besides = {}; // one variable more
};

class References {
public:
    // kind is a word for messages: "component", "port". A second declaration of a name, and one
    // that is not made of a-z, 0-9 and single dashes, throws Error(usage).
    void declare(const Section& section, std::string_view kind, const Text& name);
    void refer(const Section& section, std::string_view kind, const Text& name);
    // A text with variables (suite/template.hpp).
    void variables(const Section& section, const Text& text, const KnownIn& known);
    // Throws Error(usage) for the first reference, in the order of reading, that leads nowhere.
    void check(const Manifest& manifest) const;

private:
    struct Reference {
        Section section;
        std::string kind;
        Text name;
        KnownIn known = {}; // of a text with variables
    };

    std::map<std::string, std::vector<std::string>, std::less<>> declared_;
    std::vector<Reference> references_;
};

// The variables that Locum gives, but for {port.NAME}. Used for templates' texts too, which have
// those of the datasource.
bool is_known_variable(std::string_view name, bool datasource = true);
// Of one server in the list `servers`, but for port.NAME.
bool is_known_server_variable(std::string_view name);
std::string known_variables(bool datasource = true);

// "api-key" of the variable "secret.api-key"; empty where it is none.
std::string secret_of(std::string_view variable);
// What was found and what was expected, where the component gets no secret of this name.
struct Mismatch {
    std::string found;
    std::string expected;
};
std::optional<Mismatch> missing_secret(const std::vector<SharedSecret>& secrets,
                                       std::string_view name, std::string_view component);
// The same of a port in a text of the component, or of a server in its stead.
std::optional<Mismatch> missing_port(const Manifest& manifest, std::string_view name,
                                     std::string_view component);

// Is the other component on each host that has the first, on some that a topology allows, on none?
enum class Beside { always, sometimes, never };
Beside beside(const Manifest& manifest, std::string_view component, std::string_view other);

} // namespace locum::suite
