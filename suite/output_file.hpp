#pragma once
// A file that is written from front to back; every failure is told.

#include "engine/error.hpp"

#include <fmt/format.h>
#include <fstream>
#include <string>
#include <string_view>

namespace locum::suite {

class OutputFile {
public:
    explicit OutputFile(const std::string& path) :
        path_(path), out_(path, std::ios::binary | std::ios::trunc) {
        check();
    }
    void write(std::string_view bytes) {
        out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        check();
    }
    void close() {
        out_.close();
        check();
    }

private:
    void check() const {
        if (!out_)
            throw engine::Error(fmt::format("cannot write {}", path_))
                .remedy("check that its folder is writable and has space");
    }

    std::string path_;
    std::ofstream out_;
};

} // namespace locum::suite
