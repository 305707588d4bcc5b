#include "platform/standard_output.hpp"

#include "engine/error.hpp"

#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <unistd.h>

namespace locum::platform {

Printed printed(std::string& why) {
    why.clear();
    if (std::fflush(stdout) != 0)
        why = engine::errno_text(errno);
    else if (std::ferror(stdout) == 0)
        return Printed::whole;
    // Asked of the descriptor: the stream has dropped what it could not write, and says no more
    // than that it did.
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    const bool gone = ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
    return gone ? Printed::reader_gone : Printed::lost;
}

} // namespace locum::platform
