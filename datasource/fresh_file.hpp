#pragma once
// Within datasource/ only: a file under a fresh name beside its target, gone unless it took its
// place.

#include <cstdint>
#include <string>

namespace locum::datasource {

class FreshFile {
public:
    // Removes what an earlier run left, makes the folder where it is missing, and an empty file,
    // 0600.
    explicit FreshFile(const std::string& target);
    ~FreshFile();
    FreshFile(const FreshFile&) = delete;
    FreshFile& operator=(const FreshFile&) = delete;

    const std::string& path() const { return path_; }
    // fsync, removal of what SQLite left beside an earlier target, rename, fsync of the folder. The
    // size of the file.
    std::uint64_t take_place();

private:
    std::string target_;
    std::string path_;
};

} // namespace locum::datasource
