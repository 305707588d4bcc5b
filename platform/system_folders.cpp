#include "platform/system_folders.hpp"

#include "platform/files.hpp"
#include "platform/tree.hpp"

namespace locum::platform {

void make_guarded_folders(const std::string& root, const std::string& suite) {
    constexpr unsigned for_services = 0750;
    for (const std::string& folder : guarded_folders(root, suite)) {
        const bool made = !exists(folder);
        make_own_folder(folder, for_services);
        // An administrator who made it by hand let everybody in.
        if (!made)
            set_mode(folder, for_services);
    }
}

} // namespace locum::platform
