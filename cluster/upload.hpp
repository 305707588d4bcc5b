#pragma once
// A file that is being received: fresh, 0600, and removed unless a handler renamed it.

#include "platform/open_file.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace locum::cluster {

class Upload {
public:
    // In the folder, under a name that nobody knows. Throws Error(refused) where there is no room.
    Upload(const std::string& folder, std::uint64_t length);
    ~Upload();
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    const std::string& file() const { return file_; }
    // Throw Error where the disk is full or failing.
    void write(std::string_view bytes);
    void close(); // synced

    // Removes what a killed agent left in the folder, which is made (0700) where it is missing.
    static void prepare(const std::string& folder);

private:
    std::string file_;
    platform::OpenFile out_;
};

} // namespace locum::cluster
