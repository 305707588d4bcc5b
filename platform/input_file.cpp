#include "platform/input_file.hpp"

#include "engine/error.hpp"
#include "platform/open_file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::platform {

struct InputFile::State {
    std::string path;
    std::shared_ptr<const OpenFile> file; // of all that is within the same file
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    bool whole = true; // it may have grown since it was opened
};

InputFile::InputFile(const std::string& path) : state_(std::make_unique<State>()) {
    state_->path = path;
    std::optional<OpenFile> file = OpenFile::find("read", path, OpenFile::Use::input);
    if (!file)
        throw engine::Error(fmt::format("{}: no such file", path), engine::Kind::usage)
            .remedy("check the file's name");
    if (!file->is_regular())
        throw engine::Error(fmt::format("{} is no regular file", path), engine::Kind::usage)
            .remedy("name a file");
    state_->size = file->size();
    state_->file = std::make_shared<const OpenFile>(std::move(*file));
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
    return InputFile(
        std::make_unique<State>(State{name, state_->file, state_->begin + offset, size, false}));
}

std::size_t InputFile::read_at(std::uint64_t offset, char* into, std::size_t count) const {
    if (!state_->whole)
        count = static_cast<std::size_t>(
            std::min<std::uint64_t>(count, state_->size - std::min(offset, state_->size)));
    return state_->file->read_at(state_->begin + offset, into, count);
}

} // namespace locum::platform
