#pragma once
// A folder of a test's own, and SQLite files in it.

#include "datasource/connection.hpp"
#include "platform/files.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace locum {

class Scratch {
public:
    Scratch() :
        folder_(platform::make_temporary_folder(platform::temporary_folder(), "locum-test-")) {}
    ~Scratch() { platform::remove_all(folder_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    const std::string& folder() const { return folder_; }

    std::unique_ptr<datasource::Connection> open(const std::string& name) const {
        datasource::ConnectOptions options;
        options.create = true;
        return datasource::connect_file(path(name), options);
    }

private:
    std::string folder_;
};

} // namespace locum

// How a failed comparison shows rows: [1, NULL, 'text'].
template <>
struct doctest::StringMaker<locum::datasource::Rows> {
    static String convert(const locum::datasource::Rows& rows) {
        std::string text;
        for (const auto& row : rows) {
            text += text.empty() ? "[" : " [";
            for (std::size_t i = 0; i < row.size(); ++i)
                text += (i == 0 ? "" : ", ") + (row[i] ? "'" + *row[i] + "'" : "NULL");
            text += "]";
        }
        return text.c_str();
    }
};
