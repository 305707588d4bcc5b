#include "cluster/shared_secrets.hpp"

#include "cluster/membership.hpp"
#include "engine/error.hpp"
#include "platform/hash.hpp"
#include "token/openssl.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using engine::Kind;
using engine::Secret;
using nlohmann::json;
using Form = suite::SharedSecret::Form;

namespace {

// Another form or length of the same name is another secret, so that two versions of a suite that
// differ in it can each have its own.
std::string label(const suite::SharedSecret& secret) {
    return fmt::format("{} {} {}", secret.name, secret.form == Form::hex ? "hex" : "base64",
                       secret.bytes);
}

Secret base64(const Secret& bytes) {
    const std::string& raw = bytes.reveal();
    std::string text(4 * ((raw.size() + 2) / 3) + 1, '\0'); // OpenSSL ends it with NUL
    text.resize(static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), token::openssl::octets(raw),
                        static_cast<int>(raw.size()))));
    return Secret(std::move(text));
}

bool gets(const suite::SharedSecret& secret, const std::string& component) {
    return std::find(secret.components.begin(), secret.components.end(), component) !=
           secret.components.end();
}

bool gets_any(const suite::SharedSecret& secret, const std::vector<std::string>& components) {
    return std::any_of(components.begin(), components.end(),
                       [&](const std::string& component) { return gets(secret, component); });
}

json given_secrets(const Layout& layout) {
    const Secret text = load_given_secrets(layout);
    return text.empty() ? json::object() : json::parse(text.reveal());
}

std::optional<Secret> held(const Layout& layout, const std::string& suite,
                           const suite::SharedSecret& secret) {
    if (holds_authority(layout))
        return derived(load_suite_seed(layout), suite, secret);
    const json given = given_secrets(layout);
    const auto value = given.find(label(secret));
    return value == given.end() ? std::nullopt : std::optional<Secret>(value->get<std::string>());
}

} // namespace

Secret derived(const Secret& seed, const std::string& suite, const suite::SharedSecret& secret) {
    // Names have no blanks, so no two secrets have the same text here.
    const Secret bytes = token::openssl::derive(
        seed.reveal(), fmt::format("locum shared secret 1 {} {}", suite, label(secret)),
        secret.bytes);
    return secret.form == Form::hex ? Secret(platform::hex(bytes.reveal())) : base64(bytes);
}

Secret secrets_for(const Layout& layout, const suite::Manifest& manifest,
                   const std::vector<std::string>& components) {
    json values = json::object();
    for (const suite::SharedSecret& secret : manifest.secrets)
        if (gets_any(secret, components))
            values[label(secret)] =
                derived(load_suite_seed(layout), manifest.name, secret).reveal();
    return Secret(values.dump());
}

void keep_secrets(const Layout& layout, const Secret& given) {
    const json held = given_secrets(layout);
    const json received = json::parse(given.reveal());
    json all = held;
    for (const auto& [name, value] : received.items())
        if (all.emplace(name, value).first.value() != value)
            throw Error(fmt::format("this node holds another value of the secret '{}'", name),
                        Kind::not_trusted)
                .remedy("install this node anew: locum node remove, then locum install");
    if (all != held)
        store_given_secrets(layout, Secret(all.dump()));
}

void replace_secrets(const Layout& layout, const Secret& given) {
    keep_secrets(layout, given); // refuses another value
    if (given_secrets(layout) != json::parse(given.reveal()))
        store_given_secrets(layout, given);
}

std::map<std::string, Secret> secrets_of(const Layout& layout, const suite::Manifest& manifest,
                                         const std::string& component) {
    std::map<std::string, Secret> values;
    for (const suite::SharedSecret& secret : manifest.secrets) {
        if (!gets(secret, component))
            continue;
        const std::optional<Secret> value = held(layout, manifest.name, secret);
        if (!value)
            throw Error(fmt::format("this node has not got the secret '{}' that {} needs in "
                                    "version {}",
                                    secret.name, component, manifest.version.text()),
                        Kind::needs_attention)
                .remedy("locum upgrade resume sends it; otherwise install this node anew");
        values[secret.name] = *value;
    }
    return values;
}

bool holds_secrets(const Layout& layout, const suite::Manifest& manifest,
                   const std::vector<std::string>& components) {
    return std::all_of(
        manifest.secrets.begin(), manifest.secrets.end(), [&](const suite::SharedSecret& secret) {
            return !gets_any(secret, components) || held(layout, manifest.name, secret);
        });
}

engine::Secrets known_secrets(const Layout& layout, const suite::Manifest& manifest,
                              const std::optional<datasource::Settings>& settings) {
    engine::Secrets known;
    if (settings)
        known = datasource::secrets_of(*settings);
    for (const suite::SharedSecret& secret : manifest.secrets)
        if (std::optional<Secret> value = held(layout, manifest.name, secret))
            known["secret." + secret.name] = *std::move(value);
    return known;
}

} // namespace locum::cluster
