#pragma once
// Components whose running services have yet to take up what a repair put right: kept on disk, so
// that a repair that was cut off before the restart is not taken for whole.

#include "installer/installed_node.hpp"
#include "installer/resources/services.hpp"

#include <optional>
#include <string>

namespace locum::installer {

std::optional<resources::TakeUp> awaited_take_up(const cluster::Layout& layout,
                                                 const std::string& component);
// A restart that is awaited stays one.
void await_take_up(const cluster::Layout& layout, const std::string& component,
                   resources::TakeUp how);
void taken_up(const cluster::Layout& layout, const std::string& component);

} // namespace locum::installer
