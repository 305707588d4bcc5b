#include "examples/endpoint-manager/server/stop_request.hpp"

namespace endpoint {

struct StopRequest::State {};

StopRequest::StopRequest(boost::asio::io_context&, std::function<void()>) {}
StopRequest::~StopRequest() = default;
void StopRequest::cancel() {}

} // namespace endpoint
