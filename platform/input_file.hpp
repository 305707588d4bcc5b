#pragma once
// One open file, read at positions: what was checked once is read again from the same descriptor,
// whatever happens to its name in between.

#include <cstdint>
#include <memory>
#include <string>

namespace locum::platform {

class InputFile {
public:
    // Throws Error(usage) where there is no such regular file, and Error(failed) where it cannot
    // be opened. The descriptor is not inherited by children.
    explicit InputFile(const std::string& path);
    ~InputFile();
    InputFile(InputFile&&) noexcept;
    InputFile& operator=(InputFile&&) noexcept;

    const std::string& path() const;
    std::uint64_t size() const; // bytes, when it was opened
    // Fills `into` from the offset on; fewer bytes than `count` only where the file ends.
    std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) const;
    // Bytes within it as a file of their own, by the same descriptor; `name` stands for its path.
    // They must be there.
    InputFile within(std::uint64_t offset, std::uint64_t size, const std::string& name) const;

private:
    struct State;
    explicit InputFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
