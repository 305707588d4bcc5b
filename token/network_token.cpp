#include "token/network_token.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/tree.hpp"
#include "token/lines.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::token {

using engine::Error;
using engine::Kind;
using engine::Secret;

namespace {

constexpr std::string_view format_line = "format = locum-network-token-1";
constexpr std::string_view format_family = "format = locum-network-token-";
constexpr std::size_t least_secret = 16; // bytes
constexpr const char* again = "copy the token file again from the host where it was made";

// What is wrong with the values, or nothing.
std::string fault_of(const NetworkToken& token) {
    if (!fits_a_line(token.suite))
        return "names no suite";
    if (!fits_a_line(token.cluster_id))
        return "names no cluster";
    if (token.addresses.empty())
        return "names no agent that could admit this host";
    for (const std::string& address : token.addresses) {
        try {
            parse_address(address);
        } catch (const Error& error) {
            return fmt::format("has a wrong address: {}", error.what());
        }
    }
    if (!is_hex(token.ca_pin, 64))
        return "has no pin of the cluster's authority (64 hex digits)";
    if (token.join_secret.reveal().size() < least_secret)
        return fmt::format("has a join secret of {} bytes; expected {} or more",
                           token.join_secret.reveal().size(), least_secret);
    if (!is_hex(token.bundle_key, 64))
        return "has no trusted key of bundles (64 hex digits)";
    return {};
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t comma = text.find(", ");
        parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos)
            return parts;
        text.remove_prefix(comma + 2);
    }
}

// Group and others must have no access at all.
void require_private(const std::string& file) {
    using Type = platform::FileEntry::Type;
    std::optional<platform::FileEntry> found;
    try {
        found = platform::look_at(platform::canonical(file));
    } catch (const Error& error) {
        throw Error(fmt::format("cannot read {}: {}", file, error.one_line()), Kind::usage)
            .remedy("give the path of a token file that this user can read");
    }
    if (!found)
        throw Error(fmt::format("there is no network token at {}", file), Kind::usage)
            .remedy("copy the token file from the host where the network was created, and give its "
                    "path");
    if (found->type != Type::regular)
        throw Error(fmt::format("{} is not a file; expected a network token", file), Kind::usage)
            .remedy("give the path of the token file");
    if ((found->mode & 077U) != 0)
        throw Error(fmt::format("the network token {} is open to other users (mode {:04o}); "
                                "expected 0600",
                                file, found->mode),
                    Kind::usage)
            .remedy(platform::how_to_make_private(file));
}

} // namespace

Address parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    Address address;
    if (colon != std::string_view::npos) {
        address.host = text.substr(0, colon);
        address.port = text.substr(colon + 1);
    }
    if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']')
        address.host = address.host.substr(1, address.host.size() - 2);
    else if (address.host.find(':') != std::string::npos)
        address.host.clear(); // an IPv6 address without brackets
    const bool digits = !address.port.empty() && address.port.size() <= 5 &&
                        std::all_of(address.port.begin(), address.port.end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    const int port = digits ? std::stoi(address.port) : 0;
    const bool printable = std::all_of(address.host.begin(), address.host.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != ',' && c != '/' && c != '[' && c != ']';
    });
    if (address.host.empty() || !printable || port < 1 || port > 65535)
        throw Error(fmt::format("'{}' is not an address; expected HOST:PORT", text), Kind::usage)
            .remedy("write it as host.example.com:61616, 192.0.2.7:61616 or [2001:db8::7]:61616");
    return address;
}

Secret NetworkToken::text() const {
    if (const std::string fault = fault_of(*this); !fault.empty())
        throw Error("a network token cannot be written: it " + fault, Kind::usage)
            .remedy("check the answers that it is made from");
    std::string lines = fmt::format(
        "# Network token of Locum. Each further host of the network needs this file.\n"
        "# It is secret: who has it can join. Keep a copy in a safe place; do not edit it.\n"
        "# Fingerprint to compare: {}\n"
        "{}\n"
        "suite = {}\n"
        "cluster = {}\n"
        "addresses = {}\n"
        "ca-pin = {}\n"
        "bundle-key = {}\n"
        "join-secret = {}\n",
        fingerprint(), format_line, suite, cluster_id, fmt::join(addresses, ", "), ca_pin,
        bundle_key, platform::hex(join_secret.reveal()));
    return Secret(with_checksum(std::move(lines)));
}

NetworkToken NetworkToken::parse(std::string_view text) {
    const std::string_view line = format_line_of(text, format_family);
    if (line.empty())
        throw Error("the file given as network token is something else; expected a line '" +
                        std::string(format_line) + "'",
                    Kind::not_trusted)
            .remedy("give the token file that was written when the network was created");
    if (line != format_line)
        throw Error(
            fmt::format("the network token has '{}'; this Locum reads '{}'", line, format_line),
            Kind::not_trusted)
            .remedy("use the version of Locum that wrote the token");
    Lines lines("the network token", again, text);
    NetworkToken token;
    lines.take("format");
    token.suite = lines.take("suite");
    token.cluster_id = lines.take("cluster");
    token.addresses = split_list(lines.take("addresses"));
    token.ca_pin = lines.take("ca-pin");
    token.bundle_key = lines.take("bundle-key");
    const Secret digits(lines.take("join-secret"));
    if (!is_hex(digits.reveal(), digits.reveal().size()) || digits.reveal().size() % 2 != 0)
        lines.refuse("has a join secret that is not hex digits");
    token.join_secret = Secret(platform::from_hex(digits.reveal()));
    lines.done();
    if (const std::string fault = fault_of(token); !fault.empty())
        lines.refuse(fault);
    return token;
}

void NetworkToken::store(const std::string& file) const {
    const Secret content = text();
    if (platform::exists(file)) {
        std::string found;
        try {
            const NetworkToken there = parse(platform::read_file(file, 64U << 10));
            if (there.cluster_id == cluster_id && there.ca_pin == ca_pin)
                found.clear();
            else
                found = fmt::format("the token of another network ({})", there.fingerprint());
        } catch (const Error& error) {
            found = fmt::format("a file that is not a token ({})", error.what());
        }
        if (!found.empty())
            throw Error(
                fmt::format("{} already holds {}; it would be lost under the new token ({})", file,
                            found, fingerprint()),
                Kind::refused)
                .remedy("move that file away, or name another file for the token");
    }
    platform::write_file(file, content.reveal(), 0600);
}

NetworkToken NetworkToken::load(const std::string& file) {
    require_private(file);
    const Secret content(platform::read_file(file, 64U << 10));
    return engine::during("reading " + file, [&] { return parse(content.reveal()); });
}

std::string NetworkToken::fingerprint() const {
    return network_fingerprint(cluster_id, ca_pin);
}

Secret fresh_join_secret() {
    return Secret(platform::random_bytes(32));
}

std::string network_fingerprint(std::string_view cluster_id, std::string_view ca_pin) {
    const std::string digest = platform::sha256_hex(fmt::format("{}\n{}", cluster_id, ca_pin));
    return platform::colons(std::string_view(digest).substr(0, 32));
}

} // namespace locum::token
