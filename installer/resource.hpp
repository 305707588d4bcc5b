#pragma once
// One thing of an installed node that can be looked at, put right and taken away: what `locum
// verify`, `repair` and `uninstall` are made of. A resource knows no other one, and none of these
// commands.

#include "engine/check.hpp"
#include "engine/reporter.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::installer {

// A difference from what was installed. Severity warning: it cannot be told whether there is one,
// or it is somebody else's.
// What is found is never the content of a file: it may be secret.
struct Drift {
    engine::Finding finding;
    // What runs works with it, so once it is put right the component is restarted.
    bool in_use = false;
    // Somebody else's, in the place of ours: it is told, and stays as it is.
    bool foreign = false;
};

struct Resource {
    std::string id;        // path-like, stable: "files/server"; the name of its findings
    std::string says;      // "the files of server 1.0", as it stands in a sentence
    std::string component; // whose services use it; empty: none
    // Asked of the world each time; changes nothing.
    std::function<std::vector<Drift>()> drift;
    // Puts right what drift() tells; empty: only what the finding's remedy says does.
    std::function<void(engine::Reporter&)> repair;
    // Something of it is still there for remove(). Where it is empty so is remove(): what holds the
    // resource is removed.
    std::function<bool()> there;
    // Takes exactly ours away; bears being run again after it was killed.
    std::function<void(engine::Reporter&)> remove;
};

} // namespace locum::installer
