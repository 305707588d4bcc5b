#pragma once
// What may be typed next. The shells' scripts only pass on what was typed, and show the answer, so
// that they know no command and are never older than the program.

#include "cli/command_list.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace locum::cli {

struct Suggestion {
    std::string word;
    std::string about; // may be empty
    bool operator==(const Suggestion&) const = default;
};

struct Completion {
    enum class Kind { words, files, folders };
    Kind kind = Kind::words;
    std::vector<Suggestion> words; // that begin as the last one typed
};

// typed: what follows the program's name; the last is being typed, and may be empty. "--mode=x" may
// come as three words, as bash splits it.
Completion complete(const CommandInfo& locum, const std::vector<std::string>& typed);

// As the scripts read it: a line with the kind, then one for each word, with a tab before its
// about.
std::string to_text(const Completion& completion);

} // namespace locum::cli
