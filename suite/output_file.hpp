#pragma once
// A file that is written from front to back; every failure is told.

#include "platform/open_file.hpp"

#include <string>
#include <string_view>

namespace locum::suite {

class OutputFile {
public:
    explicit OutputFile(const std::string& path) :
        file_(platform::OpenFile::open("write", path, platform::OpenFile::Use::update, 0644)) {
        if (file_.size() > 0) // what is no regular file cannot be cut
            file_.cut(0);
    }
    void write(std::string_view bytes) { file_.write(bytes); }
    void close() { file_.close(); }

private:
    platform::OpenFile file_;
};

} // namespace locum::suite
