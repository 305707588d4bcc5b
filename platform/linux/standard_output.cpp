#include "platform/native_process.hpp"

#include <poll.h>
#include <unistd.h>

namespace locum::platform {

bool output_reader_gone() {
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

} // namespace locum::platform
