#pragma once
// The way through a list of questions: forward by answers that hold, back at any point. Pure, but
// for what the questions themselves look at.

#include "interview/question.hpp"

namespace locum::interview {

class Interview {
public:
    // draft: what is given already; it is suggested, not skipped.
    explicit Interview(std::vector<Question> questions, Draft draft = {});

    // nullptr: all are answered.
    const Question* current() const;
    // What was given before, as far as it can still be chosen; else what the question suggests.
    Value suggested() const;
    // Takes the answer and goes on; where something is wrong with it, says what, and stays.
    std::string give(const Value& value);
    // To the question before; false where there is none.
    bool back();
    // Gives what was given before, as far as it still holds.
    void to_end();

    // Of the current one among those that are put, from 1.
    std::size_t number() const;

    // What was given to questions that are put; a value that another answer made void is not in it.
    Draft given() const;

private:
    std::vector<Question> questions_;
    Draft draft_;
    std::size_t at_ = 0;

    void skip();
};

} // namespace locum::interview
