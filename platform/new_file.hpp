#pragma once
// A file that is written from front to back and is at its name whole or not at all.

#include "platform/open_file.hpp"

#include <string>
#include <string_view>

namespace locum::platform {

class NewFile {
public:
    // Written under a name beside, which whoever was cut off left or not, for this user only.
    NewFile(std::string path, unsigned mode);
    ~NewFile(); // unless it was published, nothing is left
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view bytes) { file_.write(bytes); }
    // With its mode, durable, in place of what was at its name.
    void publish();

private:
    std::string path_, part_;
    unsigned mode_;
    OpenFile file_;
};

} // namespace locum::platform
