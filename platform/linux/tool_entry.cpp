#include "platform/tool_entry.hpp"

namespace locum::platform {

void enter_tool(const std::string&) {}

void remove_tool_entry(const std::string&) {}

} // namespace locum::platform
