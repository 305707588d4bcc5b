#include "platform/addresses.hpp"

#include "engine/error.hpp"
#include "platform/native.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>
#include <fmt/format.h>

namespace locum::platform {

namespace ip = boost::asio::ip;

namespace {

std::optional<ip::address> parsed(const std::string& text) {
    // Windows takes "10.1" and "[::1]:80" for addresses, too. A scope ("fe80::1%eth0") says which
    // way to go, not who it is.
    if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
        return std::nullopt;
    boost::system::error_code error;
    const ip::address address = ip::make_address(text, error);
    if (error || (address.is_v4() && address.to_string() != text))
        return std::nullopt;
    return address;
}

// IPv4 in the first four.
std::array<unsigned char, 16> bytes_of(const ip::address& address) {
    if (address.is_v6())
        return address.to_v6().to_bytes();
    std::array<unsigned char, 16> bytes{};
    const auto four = address.to_v4().to_bytes();
    std::copy(four.begin(), four.end(), bytes.begin());
    return bytes;
}

} // namespace

std::optional<std::string> network(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::optional<ip::address> address = parsed(text.substr(0, slash));
    if (!address || text.find('\0') != std::string::npos)
        return std::nullopt;
    const unsigned bits = address->is_v4() ? 32 : 128;
    const auto bytes = bytes_of(*address);
    unsigned length = bits;
    if (slash != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [rest, failed] = std::from_chars(text.data() + slash + 1, end, length);
        if (failed != std::errc() || rest != end || length > bits)
            return std::nullopt;
    }
    for (unsigned bit = length; bit < bits; ++bit)
        if ((bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0)
            return std::nullopt;
    return length == bits ? address->to_string()
                          : fmt::format("{}/{}", address->to_string(), length);
}

bool is_ipv6(const std::string& network) {
    return network.find(':') != std::string::npos;
}

std::vector<std::string> addresses_of(const std::string& name) {
    boost::asio::io_context context;
    boost::system::error_code error;
    const auto found = ip::tcp::resolver(context).resolve(name, "", error);
    if (error)
        throw engine::Error(fmt::format("the name {} has no address: {}", name, error.message()))
            .remedy(fmt::format("correct the name, or see that this host can look it up ({})",
                                how_to_look_up(name)));
    std::vector<std::string> all;
    for (const auto& one : found) {
        const std::string address = one.endpoint().address().to_string();
        all.push_back(address.substr(0, address.find('%')));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

} // namespace locum::platform
