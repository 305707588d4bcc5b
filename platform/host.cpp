#include "platform/host.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace locum::platform {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string not_own_address(const std::string& address) {
    using tcp = boost::asio::ip::tcp;
    boost::asio::io_context context;
    boost::system::error_code error;
    // Port 0, so that nobody's port is in the way.
    const auto found = tcp::resolver(context).resolve(address, "0", error);
    if (error)
        return error.message();
    for (const auto& one : found) {
        tcp::socket socket(context);
        socket.open(one.endpoint().protocol(), error);
        if (!error)
            socket.bind(one.endpoint(), error);
        if (error)
            return error.message();
    }
    return "";
}

} // namespace locum::platform
