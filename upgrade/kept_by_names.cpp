#include "upgrade/kept_by_names.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "upgrade/steps/leave.hpp"

namespace locum::upgrade {

KeptByNames kept_by_names(const installer::InstalledNode& node, std::vector<std::string> folders) {
    KeptByNames kept;
    if (platform::exists(node.layout.state()))
        kept.folders = std::move(folders);
    if (node.datasource && steps::left_empty_registry(*node.datasource, node.layout.suite))
        kept.registry = node.datasource;
    return kept;
}

void remove_kept(const KeptByNames& kept, const std::string& suite) {
    try {
        platform::remove_if_empty(kept.folders);
        if (kept.registry)
            steps::remove_empty_registry(*kept.registry, suite);
    } catch (const engine::Error&) {
        // As the header says.
    }
}

} // namespace locum::upgrade
