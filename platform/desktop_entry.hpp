#pragma once
// The text of an entry in the applications' menu (Desktop Entry Specification 1.5).

#include "platform/shortcut.hpp"

#include <string_view>

namespace locum::platform {

// A word of `Exec`, quoted for it and for the file that it stands in.
std::string desktop_word(const std::string& word);
std::string desktop_entry(const Shortcut& shortcut);
// Of a file with the ending .url, as browsers of Windows make them.
std::string url_file(const Shortcut& shortcut);
// One of both, made for the suite.
bool names_suite(std::string_view text, std::string_view suite);

} // namespace locum::platform
