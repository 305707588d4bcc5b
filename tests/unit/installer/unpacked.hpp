#pragma once
// A component's files, with the list that they are held against.

#include "installer/file_differences.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

namespace locum::testing {

struct Unpacked {
    Scratch scratch;
    std::string path = scratch / "server";
    std::uint32_t owner = platform::look_at(scratch.path()).value().owner;
    std::vector<suite::File> files;

    Unpacked() {
        folder("bin");
        file("bin/run", "#!/bin/sh\n", 0755);
        file("bin/words", "one two\n", 0644);
        folder("lib");
        folder("lib/deep");
        file("lib/deep/a", "a", 0644);
        file("lib/deep/b", "b", 0644);
        platform::switch_link(path + "/start", "bin/run");
        files.push_back({"server", "start", suite::File::Type::symlink, 0777, 0, "", "bin/run"});
    }
    void folder(const std::string& name) {
        platform::make_folders(path + "/" + name, 0755);
        files.push_back({"server", name, suite::File::Type::directory, 0755, 0, "", ""});
    }
    void file(const std::string& name, const std::string& text, unsigned mode) {
        platform::write_file(path + "/" + name, text, mode);
        files.push_back({"server", name, suite::File::Type::regular, mode, text.size(),
                         platform::sha256_hex(text), ""});
    }
    std::string told() const {
        std::string text;
        for (const installer::FileDifference& one :
             installer::file_differences(path, files, owner)) {
            const char* names[] = {"missing", "unexpected", "content", "permissions"};
            text += fmt::format("{} {}\n", names[static_cast<int>(one.what)], one.path);
        }
        return text;
    }
};

} // namespace locum::testing
