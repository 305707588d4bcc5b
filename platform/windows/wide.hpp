#pragma once
// Text and paths as Windows takes them. Inside Locum both are UTF-8, and paths have '/'.

#include <string>
#include <string_view>

namespace locum::platform {

// Throws Error(usage) for what is no UTF-8.
std::wstring wide(std::string_view text);
// What is no valid UTF-16 becomes U+FFFD.
std::string utf8(std::wstring_view text);
// Absolute, with backslashes and \\?\ in front, so that no length and no trailing dot matters; by
// the current folder where it is relative. Devices ("NUL", "//./pipe/x") stay as they are.
std::wstring wide_path(const std::string& path);
// The same path with backslashes, for people and for other programs.
std::string with_backslashes(std::string path);
// The way back: without \\?\ and with '/'.
std::string utf8_path(std::wstring_view path);

} // namespace locum::platform
