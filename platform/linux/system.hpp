#pragma once
// What the Linux files of this folder share: descriptors, and errors made from errno.

#include "engine/error.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace locum::platform {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { close(); }

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }
    void close();

private:
    int number_ = -1;
};

// "cannot <doing> <path>: <text of the number>", with a remedy for what an operator can change.
engine::Error path_error(std::string_view doing, std::string_view path, int number);

// open(2) with O_CLOEXEC; throws with the path.
Descriptor open_path(std::string_view doing, const std::string& path, int flags, unsigned mode = 0);
// All of it, over interrupts and short writes; the path is for the error.
void write_all(int descriptor, std::string_view bytes, const std::string& path);
// To the end of the file; throws where it is longer than the limit.
std::string read_all(int descriptor, std::uint64_t limit, const std::string& path);
// The text of a link without a final " (deleted)"; "" where it cannot be read.
std::string link_text(const std::string& path);
// Small kernel files (/proc, /sys); "" where they cannot be read.
std::string kernel_text(const std::string& path);

} // namespace locum::platform
