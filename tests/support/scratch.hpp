#pragma once
// What most tests need: a folder of their own, an error's parts, waiting for a condition.

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/tree.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>

namespace locum::testing {

// Gone with the object. Its path is short enough for sockets.
class Scratch {
public:
    Scratch() :
        path_(platform::make_temporary_folder(platform::temporary_folder(), "locum-unit-")) {}
    ~Scratch() { platform::remove_all(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

// Every file, folder and link below the folder: name, kind, permissions, and what it holds.
inline std::string fingerprint(const std::string& folder, bool with_content = true) {
    using platform::FileEntry;
    std::string text;
    for (const std::string& name : platform::list_folder(folder)) {
        const std::string path = folder + "/" + name;
        const FileEntry entry = platform::look_at(path).value();
        text += path + " " + std::to_string(entry.mode) + " ";
        if (entry.type == FileEntry::Type::link)
            text += "-> " + entry.target + "\n";
        else if (entry.type == FileEntry::Type::folder)
            text += "folder\n" + fingerprint(path, with_content);
        else
            text +=
                (with_content ? platform::sha256_hex(platform::read_file(path)) : "file") + "\n";
    }
    return text;
}

inline unsigned permissions(const std::string& path) {
    return platform::look_at(platform::canonical(path)).value().mode;
}

// The Error that f throws; the test fails where it throws none.
template <class F>
engine::Error error_of(F&& f) {
    try {
        f();
    } catch (const engine::Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return engine::Error("");
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

template <class Condition>
bool within(std::chrono::milliseconds limit, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

} // namespace locum::testing
