#include "installer/installed_node.hpp"
#include "installer/steps/files.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>

namespace locum::installer::steps {

using engine::Reporter;
using engine::Undo;

engine::Step keep_bundle(const Installation& installation) {
    const std::string file =
        kept_bundle(installation.layout, installation.bundle.manifest_sha256());
    return {"files/bundle",
            fmt::format("keep the bundle in {}, to repair from", platform::parent_of(file)),
            [file] { return platform::exists(file); },
            nullptr,
            [&installation, file](Reporter&) {
                platform::make_folders(platform::parent_of(file), 0700);
                // What became of the original since it was verified is told when it is used: every
                // opening verifies it whole.
                platform::copy_file(installation.bundle.file(), file, 0600);
                return std::string();
            },
            nullptr,
            Undo{[file](const std::string&) {
                platform::remove_all(file);
                platform::remove_if_empty({platform::parent_of(file)});
            }}};
}

} // namespace locum::installer::steps
