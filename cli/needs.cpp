#include "cli/needs.hpp"

#include "installer/requirements.hpp"
#include "platform/file_system.hpp"

#include <fmt/format.h>

namespace locum::cli {

std::string needs_text(const installer::Installation& installation) {
    const auto mb = [](std::uint64_t bytes) { return (bytes + (1U << 20) - 1) >> 20; };
    std::string text = "it takes\n";
    for (const installer::ComponentNeed& need :
         installer::needs_of(installation.manifest(), installation.answers.components))
        text += fmt::format("  {:<24}  {} MB disk, {} MB memory\n", need.component,
                            mb(need.disk_bytes), need.memory_mb);
    const std::string folder = installation.layout.product();
    const platform::FileSystem system = platform::file_system_of(folder);
    return text + fmt::format("in {}, in the file system at {}, where {} MB are free\n", folder,
                              system.mount, system.free_bytes >> 20);
}

} // namespace locum::cli
