#pragma once
// What is said to whoever watches.

#include <string_view>

namespace locum::platform {

// Written to standard error at once, with nothing added. Where that cannot be written (a terminal
// that went away, a full disk below a log), nothing happens: no work stops since nobody hears of
// it.
void to_stderr(std::string_view text) noexcept;

} // namespace locum::platform
