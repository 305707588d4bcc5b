#include "token/keystore.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "token/lines.hpp"
#include "token/openssl.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace locum::token {

namespace o = openssl;
using engine::Error;
using engine::Kind;
using engine::Secret;

namespace {

constexpr std::string_view format_line = "format = locum-keystore-1";
constexpr std::string_view format_family = "format = locum-keystore-";
constexpr const char* again = "take another copy of it, or export it anew: locum keystore export";
constexpr std::size_t longest_file = 4096; // bytes
constexpr std::size_t longest_name = 255;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t fingerprint_bytes = 16;
constexpr std::size_t least_passphrase = 12; // characters
// What a file may ask of the host that reads it: 16 to 256 MiB.
constexpr unsigned least_cost = 14;
constexpr unsigned highest_cost = 18;

bool is_fingerprint(std::string_view text) {
    std::string digits;
    for (const char character : text)
        if (character != ':')
            digits += character;
    return is_hex(digits, 2 * fingerprint_bytes) && platform::colons(digits) == text;
}

// What is wrong with the values, or nothing.
std::string fault_of(const Keystore& keystore) {
    if (!fits_a_line(keystore.suite) || keystore.suite.size() > longest_name)
        return "names no suite";
    if (!is_fingerprint(keystore.network))
        return "has no fingerprint of a network";
    if (!is_fingerprint(keystore.seed))
        return "has no fingerprint of a seed";
    if (keystore.cost < least_cost || keystore.cost > highest_cost)
        return fmt::format("asks for a passphrase's cost of {}; expected {} to {}", keystore.cost,
                           least_cost, highest_cost);
    if (keystore.salt.size() != salt_bytes)
        return fmt::format("has no salt of {} bytes", salt_bytes);
    if (keystore.sealed.size() != o::nonce_and_tag + seed_bytes)
        return fmt::format("has no seed of {} bytes", seed_bytes);
    return {};
}

// All that the seed is encrypted beside.
std::string head_of(const Keystore& keystore) {
    return fmt::format(
        "# Keystore of Locum: what the shared secrets of a cluster are made from, encrypted with\n"
        "# a passphrase. A cluster that is created with it has the same secrets. Do not edit it.\n"
        "{}\n"
        "suite = {}\n"
        "network = {}\n"
        "seed = {}\n"
        "cost = {}\n"
        "salt = {}\n",
        format_line, keystore.suite, keystore.network, keystore.seed, keystore.cost,
        platform::hex(keystore.salt));
}

Secret key_of(const Secret& passphrase, const Keystore& keystore) {
    constexpr std::uint64_t block = 8; // 128 bytes each
    const std::uint64_t rounds = std::uint64_t{1} << keystore.cost;
    std::string key(32, '\0');
    // OpenSSL's own limit admits 16 MiB.
    const std::uint64_t memory = 128 * block * (rounds + 2) + (1U << 20);
    o::require(EVP_PBE_scrypt(passphrase.reveal().data(), passphrase.reveal().size(),
                              o::octets(keystore.salt), keystore.salt.size(), rounds, block, 1,
                              memory, reinterpret_cast<unsigned char*>(key.data()),
                              key.size()) == 1,
               "make a key from a passphrase");
    return Secret(std::move(key));
}

std::string bytes_of(const Lines& lines, const std::string& digits, const char* what) {
    if (!is_hex(digits, digits.size()) || digits.size() % 2 != 0)
        lines.refuse(fmt::format("has a {} that is not hex digits", what));
    return platform::from_hex(digits);
}

unsigned number_of(const Lines& lines, const std::string& text) {
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end)
        lines.refuse("has a cost that is not a number");
    return number;
}

} // namespace

std::string Keystore::text() const {
    return with_checksum(head_of(*this) + fmt::format("sealed = {}\n", platform::hex(sealed)));
}

Keystore Keystore::parse(std::string_view text) {
    const std::string_view line =
        text.size() > longest_file ? std::string_view() : format_line_of(text, format_family);
    if (line.empty())
        throw Error(fmt::format("the file given as keystore is something else; expected a line "
                                "'{}'",
                                format_line),
                    Kind::not_trusted)
            .remedy("give a file that locum keystore export wrote");
    if (line != format_line)
        throw Error(fmt::format("the keystore has '{}'; this Locum reads '{}'", line.substr(0, 60),
                                format_line),
                    Kind::not_trusted)
            .remedy("use the version of Locum that wrote it, or a newer one");
    Lines lines("the keystore", again, text);
    Keystore keystore;
    lines.take("format");
    keystore.suite = lines.take("suite");
    keystore.network = lines.take("network");
    keystore.seed = lines.take("seed");
    keystore.cost = number_of(lines, lines.take("cost"));
    keystore.salt = bytes_of(lines, lines.take("salt"), "salt");
    keystore.sealed = bytes_of(lines, lines.take("sealed"), "seed");
    lines.done();
    if (const std::string fault = fault_of(keystore); !fault.empty())
        lines.refuse(fault);
    if (keystore.text() != text)
        lines.refuse("was altered: it is not as Locum writes it");
    return keystore;
}

void Keystore::store(const std::string& file) const {
    platform::write_new_file(file, text(), 0600);
}

Keystore Keystore::load(const std::string& file) {
    if (!platform::exists(file))
        throw Error(fmt::format("there is no keystore at {}", file), Kind::usage)
            .remedy("give the path of a file that locum keystore export wrote");
    if (!platform::is_regular_file(file))
        throw Error(fmt::format("{} is not a file; expected a keystore", file), Kind::usage)
            .remedy("give the path of a file that locum keystore export wrote");
    return engine::during("reading " + file, [&] { return parse(platform::read_file(file)); });
}

Secret Keystore::open(const Secret& passphrase) const {
    const std::optional<Secret> opened =
        o::decrypt(key_of(passphrase, *this), sealed, head_of(*this));
    if (!opened || seed_fingerprint(*opened) != seed)
        throw Error("the keystore does not open with this passphrase: it was exported with another "
                    "one, or was altered",
                    Kind::not_trusted)
            .remedy("give the passphrase that it was exported with");
    return *opened;
}

Keystore make_keystore(const std::string& suite, const std::string& network, const Secret& seed,
                       const Secret& passphrase, unsigned cost) {
    if (const std::string fault = fault_of_passphrase(passphrase); !fault.empty())
        throw Error(fault, Kind::usage).remedy("choose a longer passphrase");
    Keystore keystore{suite,
                      network,
                      seed_fingerprint(seed),
                      cost,
                      platform::random_bytes(salt_bytes),
                      std::string(o::nonce_and_tag + seed.reveal().size(), '\0')};
    // Before its key is made: the cost bounds the memory that this takes.
    if (const std::string fault = fault_of(keystore); !fault.empty())
        throw Error("a keystore cannot be written: it " + fault, Kind::usage)
            .remedy("look at the node that it is made from: locum verify");
    keystore.sealed = o::encrypt(key_of(passphrase, keystore), seed, head_of(keystore));
    return keystore;
}

std::string seed_fingerprint(const Secret& seed) {
    return platform::colons(platform::hex(
        o::derive(seed.reveal(), "locum seed fingerprint 1", fingerprint_bytes).reveal()));
}

std::string fault_of_passphrase(const Secret& passphrase) {
    const std::string& text = passphrase.reveal();
    const auto characters = static_cast<std::size_t>( // of UTF-8
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
    if (characters >= least_passphrase)
        return {};
    return fmt::format("found a passphrase of {} characters; expected {} or more", characters,
                       least_passphrase);
}

} // namespace locum::token
