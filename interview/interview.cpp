#include "interview/interview.hpp"

#include <algorithm>

namespace locum::interview {

Interview::Interview(std::vector<Question> questions, Draft draft) :
    questions_(std::move(questions)), draft_(std::move(draft)) {
    skip();
}

void Interview::skip() {
    while (at_ < questions_.size() && !is_asked(questions_[at_], given()))
        ++at_;
}

const Question* Interview::current() const {
    return at_ < questions_.size() ? &questions_[at_] : nullptr;
}

Value Interview::suggested() const {
    const Question& question = questions_.at(at_);
    const auto before = draft_.find(question.key);
    if (before == draft_.end())
        return suggestion(question, given());
    Value value = before->second;
    if (question.form == Form::choice || question.form == Form::several) {
        const std::vector<Option> options = question.options(given());
        std::erase_if(value, [&](const std::string& one) {
            return std::none_of(options.begin(), options.end(),
                                [&](const Option& option) { return option.value == one; });
        });
        if (value.empty())
            return suggestion(question, given());
    }
    return value;
}

std::string Interview::give(const Value& value) {
    const Question& question = questions_.at(at_);
    std::string fault = fault_of(question, given(), value);
    if (!fault.empty())
        return fault;
    draft_[question.key] = value;
    ++at_;
    skip();
    return "";
}

bool Interview::back() {
    const Draft before = given();
    for (std::size_t at = at_; at-- > 0;)
        if (is_asked(questions_[at], before)) {
            at_ = at;
            return true;
        }
    return false;
}

void Interview::to_end() {
    while (at_ < questions_.size()) {
        const auto before = draft_.find(questions_[at_].key);
        if (before == draft_.end() || !give(Value(before->second)).empty())
            return;
    }
}

std::size_t Interview::number() const {
    const Draft before = given();
    std::size_t number = 1;
    for (std::size_t at = 0; at < at_; ++at)
        number += is_asked(questions_[at], before);
    return number;
}

Draft Interview::given() const {
    Draft given;
    for (std::size_t at = 0; at < at_ && at < questions_.size(); ++at) {
        const Question& question = questions_[at];
        const auto found = draft_.find(question.key);
        if (found != draft_.end() && is_asked(question, given))
            given.insert(*found);
    }
    return given;
}

} // namespace locum::interview
