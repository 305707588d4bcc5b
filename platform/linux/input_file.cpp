#include "platform/input_file.hpp"

#include "platform/linux/system.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

struct InputFile::State {
    std::string path;
    std::shared_ptr<Descriptor> descriptor; // of all that is within the same file
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    bool whole = true; // it may have grown since it was opened
};

InputFile::InputFile(const std::string& path) : state_(std::make_unique<State>()) {
    state_->path = path;
    // Without waiting, since opening a pipe would wait for its writer.
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (number < 0 && (errno == ENOENT || errno == ENOTDIR))
        throw engine::Error(fmt::format("{}: no such file", path), engine::Kind::usage)
            .remedy("check the file's name");
    if (number < 0)
        throw path_error("read", path, errno);
    state_->descriptor = std::make_shared<Descriptor>(number);
    struct stat status {};
    if (::fstat(number, &status) != 0)
        throw path_error("read", path, errno);
    if (!S_ISREG(status.st_mode))
        throw engine::Error(fmt::format("{} is no regular file", path), engine::Kind::usage)
            .remedy("name a file");
    state_->size = static_cast<std::uint64_t>(status.st_size);
}

InputFile::InputFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;

const std::string& InputFile::path() const {
    return state_->path;
}
std::uint64_t InputFile::size() const {
    return state_->size;
}

InputFile InputFile::within(std::uint64_t offset, std::uint64_t size,
                            const std::string& name) const {
    return InputFile(std::make_unique<State>(
        State{name, state_->descriptor, state_->begin + offset, size, false}));
}

std::size_t InputFile::read_at(std::uint64_t offset, char* into, std::size_t count) const {
    if (!state_->whole)
        count = static_cast<std::size_t>(
            std::min<std::uint64_t>(count, state_->size - std::min(offset, state_->size)));
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::pread(state_->descriptor->get(), into + done, count - done,
                                    static_cast<off_t>(state_->begin + offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw path_error("read", state_->path, errno);
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

} // namespace locum::platform
