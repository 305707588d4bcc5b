#pragma once
// One open file of the system. For the parts of this folder that are the same on every system, and
// for what is written piece by piece; others use files.hpp, new_file.hpp and input_file.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace locum::platform {

class OpenFile {
public:
    enum class Use {
        read,        // others may write, rename and remove it meanwhile
        read_itself, // the same; a link is an error
        input,       // the same as read, and a pipe that nobody writes to is not waited for
        sync,        // is there, to be synced
        make,        // must not be there yet, a link neither; written at its end
        append,      // made where it is missing; written at its end; a link is an error
        update,      // made where it is missing; read, cut, and written at its end
    };
    // Errors say "cannot DOING SHOWN: …"; shown: empty is the path. The mode is for a file that is
    // made, whatever the umask. Children do not inherit it.
    static OpenFile open(std::string_view doing, const std::string& path, Use use,
                         unsigned mode = 0600, const std::string& shown = {});
    // nullopt for `make` where there is something already, for the others where there is nothing.
    static std::optional<OpenFile> find(std::string_view doing, const std::string& path, Use use,
                                        unsigned mode = 0600, const std::string& shown = {});
    // Takes over a descriptor or handle.
    static OpenFile adopt(std::intptr_t native, std::string shown);

    OpenFile() = default;
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;
    ~OpenFile() { close(); }
    void close();
    explicit operator bool() const { return native_ != none; }
    std::intptr_t native() const { return native_; }

    void write(std::string_view bytes);                   // all of it
    std::size_t read(char* into, std::size_t most) const; // 0 at the end
    // From the offset on; fewer than `count` only where the file ends.
    std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) const;
    std::string read_all(std::uint64_t limit) const; // throws where it is longer
    // Begins to copy the other file by the system's own means, as far as it can; bytes copied.
    std::uint64_t begin_copy(const OpenFile& from);
    std::uint64_t size() const;
    bool is_regular() const;
    void cut(std::uint64_t size);
    void sync(); // never tried again after it failed: what is on disk is not known then
    // No other process, nor this one by another OpenFile; false: it is locked already. Goes with
    // this object. Others can read the file.
    bool lock();

private:
    static constexpr std::intptr_t none = -1;
    std::intptr_t native_ = none;
    std::string shown_;
    bool at_end_ = false; // Windows: writes go to the end
};

} // namespace locum::platform
