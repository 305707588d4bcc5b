#pragma once
// The text of an answers file (installer/answers.hpp reads it).

#include "installer/answers.hpp"
#include "interview/question.hpp"

namespace locum::interview {

struct Line {
    std::string key; // "node.address"
    Value value;
    std::string comment = {}; // above it, wrapped
    bool off = false;         // a comment itself: there to be uncommented
};

// In the order in which a person would write them, whatever that of the lines is; `format` first.
std::string answers_text(const std::string& suite, const std::vector<Line>& lines);

// What a file of answers says, paths absolute; without keys that say what is so anyway.
Draft draft_of(const installer::Answers& answers);
// The file that says the same: what `--record` writes.
std::string answers_text(const installer::Answers& answers);

} // namespace locum::interview
