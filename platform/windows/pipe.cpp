#include "platform/windows/pipe.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <random>

namespace locum::platform {

namespace {

constexpr DWORD capacity = 65536;

struct Pipe {
    Handle here;
    Handle childs;
};

// Anonymous pipes cannot be overlapped. The name is used once, and only by this process.
Pipe make_pipe(bool child_writes) {
    static std::atomic<unsigned> count = 0;
    std::random_device random;
    const std::wstring name =
        wide(fmt::format("\\\\.\\pipe\\locum-{}-{}-{:08x}{:08x}", ::GetCurrentProcessId(), ++count,
                         random(), random()));
    Pipe pipe;
    pipe.here = Handle(::CreateNamedPipeW(
        name.c_str(),
        (child_writes ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND) | FILE_FLAG_OVERLAPPED |
            FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, capacity,
        capacity, 0, nullptr));
    if (pipe.here)
        pipe.childs = Handle(::CreateFileW(
            name.c_str(), child_writes ? GENERIC_WRITE | FILE_READ_ATTRIBUTES : GENERIC_READ, 0,
            nullptr, OPEN_EXISTING, 0, nullptr));
    if (!pipe.childs)
        fail("cannot make a pipe for a child process");
    return pipe;
}

} // namespace

PipeEnd::PipeEnd(Handle pipe) :
    pipe_(std::move(pipe)), done_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!done_)
        fail("cannot make an event for a pipe");
}

OVERLAPPED* PipeEnd::begin() {
    overlapped_ = {};
    overlapped_.hEvent = done_.get();
    return &overlapped_;
}

bool PipeEnd::begun(BOOL result) {
    under_way_ = result != 0 || ::GetLastError() == ERROR_IO_PENDING;
    if (!under_way_)
        close();
    return under_way_;
}

DWORD PipeEnd::result() {
    DWORD count = 0;
    const bool fine = ::GetOverlappedResult(pipe_.get(), &overlapped_, &count, FALSE) != 0;
    under_way_ = false;
    if (!fine)
        close();
    return fine ? count : 0;
}

void PipeEnd::close() {
    if (under_way_) {
        // The system writes to our memory until it says that it has stopped.
        DWORD count = 0;
        ::CancelIoEx(pipe_.get(), &overlapped_);
        ::GetOverlappedResult(pipe_.get(), &overlapped_, &count, TRUE);
        under_way_ = false;
    }
    pipe_ = Handle();
}

ChildOutput::ChildOutput(std::size_t limit) : kept_(limit) {
    Pipe pipe = make_pipe(true);
    childs_end_ = std::move(pipe.childs);
    here_ = std::make_unique<PipeEnd>(std::move(pipe.here));
}

void ChildOutput::begin() {
    OVERLAPPED* const overlapped = here_->begin();
    here_->begun(::ReadFile(here_->get(), block_.data(), static_cast<DWORD>(block_.size()), nullptr,
                            overlapped));
}

void ChildOutput::take_over() {
    const DWORD count = here_->result();
    taken_ += count;
    kept_.add({block_.data(), count});
    if (here_->is_open())
        begin();
}

void ChildOutput::finish() {
    const std::size_t last = taken_ + capacity + block_.size();
    while (here_->is_open() && taken_ < last &&
           ::WaitForSingleObject(here_->done(), 0) == WAIT_OBJECT_0)
        take_over();
    here_->close();
}

ChildInput::ChildInput(std::string_view text) : left_(text) {
    Pipe pipe = make_pipe(false);
    childs_end_ = std::move(pipe.childs);
    here_ = std::make_unique<PipeEnd>(std::move(pipe.here));
}

void ChildInput::begin() {
    if (left_.empty()) {
        here_->close();
        return;
    }
    OVERLAPPED* const overlapped = here_->begin();
    const auto block = static_cast<DWORD>(std::min<std::size_t>(left_.size(), capacity));
    here_->begun(::WriteFile(here_->get(), left_.data(), block, nullptr, overlapped));
}

void ChildInput::take_over() {
    const DWORD count = here_->result();
    left_.remove_prefix(count);
    if (here_->is_open())
        begin();
}

} // namespace locum::platform
