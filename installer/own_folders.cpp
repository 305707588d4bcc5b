#include "installer/own_folders.hpp"

#include "installer/begun.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace locum::installer {

using nlohmann::json;

namespace {

std::string kept_file(const cluster::Layout& layout) {
    return layout.state_file(own_folders_file);
}

} // namespace

void keep_own_folders(const cluster::Layout& layout, const std::vector<std::string>& made) {
    const std::vector<std::string> before = own_folders(layout);
    std::set<std::string> all(before.begin(), before.end());
    all.insert(made.begin(), made.end());
    if (const std::optional<Begun> begun = Begun::load(layout))
        all.insert(begun->folders.begin(), begun->folders.end());
    if (all.size() != before.size())
        platform::write_file(kept_file(layout), json(all).dump(), 0600);
}

void forget_own_folders(const cluster::Layout& layout) {
    platform::remove_all(kept_file(layout));
}

std::vector<std::string> own_folders(const cluster::Layout& layout) {
    if (!platform::exists(kept_file(layout)))
        return {};
    try {
        return json::parse(platform::read_file(kept_file(layout))).get<std::vector<std::string>>();
    } catch (const json::exception&) {
        return {}; // damaged: then the layout's own places are known still
    }
}

bool is_ours(const cluster::Layout& layout, const std::string& folder) {
    const std::vector<std::string> own = own_folders(layout);
    return folder == layout.data() || folder == layout.run() ||
           std::find(own.begin(), own.end(), folder) != own.end();
}

} // namespace locum::installer
