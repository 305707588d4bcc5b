#include "interview/question.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace locum::interview {

namespace {

std::string fault_of_choice(const std::vector<Option>& options, const Value& value) {
    std::set<std::string> names;
    std::vector<std::string> known;
    for (const Option& option : options)
        known.push_back(option.value);
    for (const std::string& one : value) {
        if (std::find(known.begin(), known.end(), one) == known.end())
            return fmt::format("found '{}'; expected one of {}", one, fmt::join(known, ", "));
        if (!names.insert(one).second)
            return fmt::format("found '{}' twice; expected each once", one);
    }
    return "";
}

bool is_port(const std::string& text) {
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end && number >= 1 && number <= 65535;
}

std::string fault_of_form(const Question& question, const Draft& draft, const Value& value) {
    if (question.form != Form::several && question.form != Form::password && value.size() != 1)
        return fmt::format("found {} values; expected one", value.size());
    switch (question.form) {
    case Form::accept:
        return value[0] == "yes" ? "" : fmt::format("found '{}'; expected yes", value[0]);
    case Form::yes_no:
        return value[0] == "yes" || value[0] == "no"
                   ? ""
                   : fmt::format("found '{}'; expected yes or no", value[0]);
    case Form::choice:
    case Form::several:
        return fault_of_choice(question.options(draft), value);
    case Form::port:
        return is_port(value[0]) ? "" : fmt::format("found '{}'; expected 1 to 65535", value[0]);
    case Form::password: {
        const bool named = value.size() == 2 && !value[1].empty() &&
                           (value[0] == "file" || value[0] == "environment");
        return named || value == Value{"prompt"}
                   ? ""
                   : "found no place of the secret; expected a file, an environment variable, or "
                     "that it is asked for";
    }
    case Form::text:
    case Form::path:
        break;
    }
    return value[0].empty() ? "found nothing; expected a text" : "";
}

} // namespace

std::string text_of(const Draft& draft, const std::string& key) {
    const auto found = draft.find(key);
    return found == draft.end() || found->second.empty() ? "" : found->second.front();
}

bool is_asked(const Question& question, const Draft& draft) {
    return !question.asked || question.asked(draft);
}

Value suggestion(const Question& question, const Draft& draft) {
    return question.suggested ? question.suggested(draft) : Value();
}

std::string fault_of(const Question& question, const Draft& draft, const Value& value) {
    std::string fault = fault_of_form(question, draft, value);
    if (fault.empty() && question.fault)
        fault = question.fault(draft, value);
    return fault;
}

} // namespace locum::interview
