#pragma once
// What make_guarded_folders() does with one folder, and the calls that it is made of, so that tests
// say themselves whose files are whose.

#include <functional>
#include <string>

namespace locum::platform {

struct GuardCalls {
    // As foreign_owner() of platform/native.hpp tells it.
    std::function<std::string(const std::string& path)> foreign_owner;
    // Others may do something with it, or with what is in it.
    std::function<bool(const std::string& path)> is_open;
    std::function<void(const std::string& path, unsigned mode)> set_mode;
};
GuardCalls guard_calls();

// One that is there and open to others is closed, unless somebody else's file, folder or link is
// anywhere below: then it stays as it was and this throws Error, also when it is asked again.
void guard_folder(const std::string& folder, const GuardCalls& calls);

} // namespace locum::platform
