#pragma once
// A value that must not be seen: no stream operator, no fmt formatter, wiped when it goes.

#include <map>
#include <string>
#include <utility>

namespace locum::engine {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&&) = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) = default;
    ~Secret() {
        for (volatile char& c : value_)
            c = 0;
    }

    // The one way in: where it is written to a 0600 file, a TLS peer or a database connection.
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }
    bool operator==(const Secret&) const = default;

private:
    std::string value_;
};

// By the name of the variable that a text has for it: "secret.api-key", "datasource.password".
using Secrets = std::map<std::string, Secret>;
// What a program said, so that it can be told and recorded: {name} where a value was. Before it is
// cut or quoted, since a part of a value would not be found.
std::string redacted(std::string text, const Secrets& secrets);

} // namespace locum::engine
