#pragma once
// Standard output and error of this process in other places, as this system has them; of the same
// names in ../windows. CMake chooses.

#include <csignal>
#include <cstdio>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace locum::testing {

// Of a file that is there: whoever writes to it fails.
inline int for_reading_only(const std::string& file) {
    return ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
}

inline int for_appending(const std::string& file) {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// Of a pipe that nobody reads.
inline int without_reader() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    return ends[1];
}

// While it lives the stream, which is stdout or stderr, is the descriptor, which is closed then. No
// signal comes of a pipe without a reader.
class Redirected {
public:
    Redirected(std::FILE* stream, int descriptor) :
        stream_(stream), descriptor_(descriptor), before_(std::signal(SIGPIPE, SIG_IGN)) {
        REQUIRE(descriptor >= 0);
        std::fflush(stream_);
        kept_ = ::dup(::fileno(stream_));
        ::dup2(descriptor_, ::fileno(stream_));
    }
    ~Redirected() {
        std::fflush(stream_);
        std::clearerr(stream_);
        ::dup2(kept_, ::fileno(stream_));
        ::close(kept_);
        ::close(descriptor_);
        std::signal(SIGPIPE, before_);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

private:
    std::FILE* stream_;
    int descriptor_;
    void (*before_)(int);
    int kept_ = -1;
};

} // namespace locum::testing
