#pragma once
// How this process is told to end, beside SIGTERM and SIGINT. Windows: by CTRL_BREAK, and by an
// event that Locum sets where a service has made it (docs/vendor-guide.md, `stop`).

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace endpoint {

class StopRequest {
public:
    // `then` is called once, by whoever runs io.
    StopRequest(boost::asio::io_context& io, std::function<void()> then);
    ~StopRequest();
    // Gives up waiting, so that io can run out of work.
    void cancel();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace endpoint
