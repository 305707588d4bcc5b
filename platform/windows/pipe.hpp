#pragma once
// Pipes to and from a child. This end is read and written overlapped, so that one thread can wait
// for both outputs, the input and the child's end at once.

#include "platform/kept_output.hpp"
#include "platform/windows/system.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace locum::platform {

// One end of a pipe, and what is under way there. Nothing is once this has gone.
class PipeEnd {
public:
    explicit PipeEnd(Handle pipe);
    PipeEnd(const PipeEnd&) = delete;
    PipeEnd& operator=(const PipeEnd&) = delete;
    ~PipeEnd() { close(); }

    bool is_open() const { return static_cast<bool>(pipe_); }
    HANDLE get() const { return pipe_.get(); }
    // Signalled when what was begun is done.
    HANDLE done() const { return done_.get(); }
    OVERLAPPED* begin();
    // After ReadFile or WriteFile: false: the other end is gone, and this one closed.
    bool begun(BOOL result);
    // Bytes of what was begun, after done(); 0: the other end is gone, and this one closed.
    DWORD result();
    void close();

private:
    Handle pipe_;
    Handle done_;
    OVERLAPPED overlapped_{};
    bool under_way_ = false;
};

// One output of the child, read as it comes.
class ChildOutput {
public:
    explicit ChildOutput(std::size_t limit);
    // For the child; to be closed here once it has it.
    Handle& childs_end() { return childs_end_; }
    bool is_open() const { return here_->is_open(); }
    HANDLE done() const { return here_->done(); }
    void begin();
    void take_over(); // after done()
    // What the child wrote before its end is there by now. Whoever else holds the other end (a
    // daemon that it left behind) is not waited for, and cannot keep us with an endless stream.
    void finish();
    std::string text() { return kept_.take(); }

private:
    Handle childs_end_;
    std::unique_ptr<PipeEnd> here_;
    std::array<char, 16384> block_{};
    std::size_t taken_ = 0;
    KeptOutput kept_;
};

// The child's input, written as it reads; its end where all is written.
class ChildInput {
public:
    explicit ChildInput(std::string_view text);
    Handle& childs_end() { return childs_end_; }
    bool is_open() const { return here_->is_open(); }
    HANDLE done() const { return here_->done(); }
    void begin();
    void take_over(); // after done()

private:
    Handle childs_end_;
    std::unique_ptr<PipeEnd> here_;
    std::string_view left_;
};

} // namespace locum::platform
