#include "platform/standard_output.hpp"

#include "engine/error.hpp"
#include "platform/native_process.hpp"

#include <cerrno>
#include <cstdio>

namespace locum::platform {

Printed printed(std::string& why) {
    why.clear();
    if (std::fflush(stdout) != 0)
        why = engine::errno_text(errno);
    else if (std::ferror(stdout) == 0)
        return Printed::whole;
    // Asked of the system: the stream has dropped what it could not write, and says no more than
    // that it did.
    return output_reader_gone() ? Printed::reader_gone : Printed::lost;
}

} // namespace locum::platform
