#include "cli/command.hpp"
#include "platform/files.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace locum::cli {

cluster::Layout Common::layout() const {
    const std::string folder = root.empty() ? "" : platform::absolute(root);
    return {folder, suite.empty() ? cluster::only_suite(folder) : suite};
}

void add_common(CLI::App& command, const std::shared_ptr<Common>& common, bool with_json) {
    command.add_option("--root", common->root, "Folder below which everything is installed")
        ->type_name("DIR");
    command.add_option("--suite", common->suite, "The suite, where several are installed")
        ->type_name("NAME");
    command.add_flag("-q,--quiet", common->quiet, "Say nothing but results and errors");
    if (with_json)
        command.add_flag("--json", common->json, "Machine-readable output on standard output");
}

} // namespace locum::cli
