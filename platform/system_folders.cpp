#include "platform/system_folders.hpp"

#include "platform/files.hpp"
#include "platform/guarded_folder.hpp"
#include "platform/native.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr unsigned closed = 0750;
constexpr unsigned open_to_others = 0755;
constexpr unsigned of_others = 0007;

// Whoever owns a folder may do anything with what is in it, whatever the list of the one above
// says.
void require_own_below(const std::string& folder, const GuardCalls& calls) {
    for (const FileEntry& entry : tree(folder)) {
        const std::string path = folder + "/" + entry.path;
        const bool link = entry.type == FileEntry::Type::link;
        const std::string other = link ? "a link" : calls.foreign_owner(path);
        if (other.empty() || !exists(path))
            continue;
        throw engine::Error(fmt::format("{} is {}; expected files of the user that Locum runs as, "
                                        "since others could write to {} until now",
                                        path, other, folder),
                            engine::Kind::refused)
            .remedy(link ? fmt::format("see where it leads, and remove it, not that: {}; then try "
                                       "again",
                                       how_to_remove_link(path))
                         : how_to_take_over(folder));
    }
}

} // namespace

GuardCalls guard_calls() {
    return {foreign_owner,
            [](const std::string& path) { return (look_at(path).value().mode & of_others) != 0; },
            set_mode};
}

void guard_folder(const std::string& folder, const GuardCalls& calls) {
    const bool made = !exists(folder);
    make_own_folder(folder, closed);
    if (made)
        return;
    // An administrator who made it by hand let everybody in.
    const bool was_open = calls.is_open(folder);
    if (was_open)
        require_own_below(folder, calls);
    calls.set_mode(folder, closed);
    if (!was_open)
        return;
    try {
        require_own_below(folder, calls); // what came in the meantime
    } catch (const engine::Error&) {
        calls.set_mode(folder, open_to_others); // so that the next run looks again
        throw;
    }
}

void make_guarded_folders(const std::string& root, const std::string& suite) {
    for (const std::string& folder : guarded_folders(root, suite))
        guard_folder(folder, guard_calls());
}

} // namespace locum::platform
