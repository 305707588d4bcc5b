#include "platform/addresses.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <netdb.h>

namespace locum::platform {

namespace {

using Bytes = std::array<unsigned char, 16>;

struct Parsed {
    int family = AF_INET;
    Bytes bytes{};

    unsigned bits() const { return family == AF_INET ? 32 : 128; }
    std::string text() const {
        std::array<char, INET6_ADDRSTRLEN> text{};
        return ::inet_ntop(family, bytes.data(), text.data(), text.size());
    }
};

std::optional<Parsed> parsed(const std::string& text) {
    for (const int family : {AF_INET, AF_INET6}) {
        Parsed address{family, {}};
        if (::inet_pton(family, text.c_str(), address.bytes.data()) == 1)
            return address;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> network(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::optional<Parsed> address = parsed(text.substr(0, slash));
    if (!address || text.find('\0') != std::string::npos)
        return std::nullopt;
    unsigned length = address->bits();
    if (slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [rest, failed] = std::from_chars(text.data() + slash + 1, end, length);
        if (failed != std::errc() || rest != end || length > address->bits())
            return std::nullopt;
    }
    for (unsigned bit = length; bit < address->bits(); ++bit)
        if ((address->bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0)
            return std::nullopt;
    return length == address->bits() ? address->text()
                                     : fmt::format("{}/{}", address->text(), length);
}

bool is_ipv6(const std::string& network) {
    return network.find(':') != std::string::npos;
}

std::vector<std::string> addresses_of(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failed = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); failed != 0)
        throw engine::Error(
            fmt::format("the name {} has no address: {}", name, ::gai_strerror(failed)))
            .remedy("correct the name, or see that this host can look it up (getent hosts " + name +
                    ")");
    std::vector<std::string> all;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) != 0)
            continue;
        // A scope ("fe80::1%eth0") says which way to go, not who it is.
        const std::string address = text.data();
        all.push_back(address.substr(0, address.find('%')));
    }
    ::freeaddrinfo(found);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

} // namespace locum::platform
