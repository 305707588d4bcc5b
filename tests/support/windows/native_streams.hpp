#pragma once
// Standard output and error of this process in other places, as this system has them; of the same
// names in ../linux. CMake chooses.

#include <cstdio>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <io.h>
#include <string>
#include <sys/stat.h>

namespace locum::testing {

// Of a file that is there: whoever writes to it fails.
inline int for_reading_only(const std::string& file) {
    return ::_open(file.c_str(), _O_RDONLY | _O_BINARY);
}

inline int for_appending(const std::string& file) {
    return ::_open(file.c_str(), _O_WRONLY | _O_CREAT | _O_APPEND | _O_BINARY,
                   _S_IREAD | _S_IWRITE);
}

// Of a pipe that nobody reads.
inline int without_reader() {
    int ends[2];
    REQUIRE(::_pipe(ends, 4096, _O_BINARY | _O_NOINHERIT) == 0);
    ::_close(ends[0]);
    return ends[1];
}

// While it lives the stream, which is stdout or stderr, is the descriptor, which is closed then.
// The runtime sets the process's standard handle, too.
class Redirected {
public:
    Redirected(std::FILE* stream, int descriptor) : stream_(stream), descriptor_(descriptor) {
        REQUIRE(descriptor >= 0);
        std::fflush(stream_);
        kept_ = ::_dup(::_fileno(stream_));
        ::_dup2(descriptor_, ::_fileno(stream_));
    }
    ~Redirected() {
        std::fflush(stream_);
        std::clearerr(stream_);
        ::_dup2(kept_, ::_fileno(stream_));
        ::_close(kept_);
        ::_close(descriptor_);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

private:
    std::FILE* stream_;
    int descriptor_;
    int kept_ = -1;
};

} // namespace locum::testing
