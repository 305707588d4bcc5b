#include "token/seal.hpp"

#include "platform/hash.hpp"
#include "token/openssl.hpp"

#include <fmt/format.h>

namespace locum::token {

namespace o = openssl;
using engine::Error;
using engine::Kind;
using engine::Secret;

namespace {

constexpr std::string_view family = "locum-seal-";
constexpr std::string_view prefix = "locum-seal-1:";

Secret sealing_key(const Secret& node_key_pem, std::string_view purpose) {
    const o::Key key = o::read_private_key(node_key_pem, "the node's key");
    const Secret material = o::raw_private_key(key.get());
    return o::derive(material.reveal(), fmt::format("{}{}", prefix, purpose), 32);
}

} // namespace

std::string seal(const Secret& value, const Secret& node_key_pem, std::string_view purpose) {
    return fmt::format("{}{}", prefix,
                       platform::hex(o::encrypt(sealing_key(node_key_pem, purpose), value)));
}

Secret unseal(std::string_view sealed, const Secret& node_key_pem, std::string_view purpose) {
    if (!sealed.starts_with(prefix))
        throw Error(fmt::format("the sealed {} is of {}; expected '{}…'", purpose,
                                sealed.starts_with(family)
                                    ? "a version that this Locum does not know"
                                    : "no form that is known",
                                prefix),
                    Kind::not_trusted)
            .remedy("use the version of Locum that wrote it, or join this node again");
    std::string bytes;
    try {
        bytes = platform::from_hex(sealed.substr(prefix.size()));
    } catch (const Error&) {
        bytes.clear(); // said below, with what it means here
    }
    if (bytes.size() < o::nonce_and_tag)
        throw Error(fmt::format("the sealed {} is cut or damaged", purpose), Kind::not_trusted)
            .remedy("join this node again");
    const std::optional<Secret> opened = o::decrypt(sealing_key(node_key_pem, purpose), bytes);
    if (!opened)
        throw Error(fmt::format("the sealed {} does not open with this node's key: it was altered, "
                                "or sealed by another node",
                                purpose),
                    Kind::not_trusted)
            .remedy("join this node again");
    return *opened;
}

} // namespace locum::token
