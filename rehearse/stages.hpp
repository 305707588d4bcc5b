#pragma once
// Within rehearse/ only: claims are looked at in order, and one that does not hold stops those that
// rest on it.

#include "engine/reporter.hpp"
#include "rehearse/report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::rehearse {

struct Stage {
    std::string id;
    std::string says;
    // What was seen; throws Error where the claim does not hold.
    std::function<std::string()> look;
    enum class Rests {
        on_all_before, // skipped where one of those that others rest on does not hold
        on_none        // looked at in any case, once `begun` is true
    } rests = Rests::on_all_before;
    // Those after it are looked at though this one does not hold.
    bool others_go_on = false;
    std::function<bool()> begun = {};
};

// Fills the claims; true: all that others rest on hold.
bool look_at(const std::vector<Stage>& stages, bool go_on, std::vector<Claim>& claims,
             engine::Reporter& reporter);

} // namespace locum::rehearse
