#pragma once
// Texts in the width of a screen. UTF-8; columns count, not bytes.

#include <string>
#include <vector>

namespace locum::cli {

// Without the empty ones at the end; one at least.
std::vector<std::string> lines_of(const std::string& text);
// Broken at blanks; a word that is longer than the width stays whole.
std::string wrapped(const std::string& text, int width);
// A text whose paragraphs were broken into lines, with one line a paragraph, to be broken anew. An
// empty line, an indented one, one of a list, and one after a line that had room for its first word
// begin anew.
std::string unwrapped(const std::string& text);

} // namespace locum::cli
