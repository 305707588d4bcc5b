#include "cli/asking.hpp"

#include "platform/host.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace locum::cli {

using engine::Severity;
using interview::Draft;
using interview::Form;
using interview::Option;
using interview::Question;
using interview::Value;

std::string titled(const Put& put) {
    return put.number == 0 ? put.question.title
                           : fmt::format("{}. {}", put.number, put.question.title);
}

interview::Host this_host() {
    const char* home = std::getenv("HOME");
    return {platform::host_name(), platform::own_addresses(), home != nullptr ? home : "/root"};
}

std::optional<Value> ask_alone(Face& face, const Question& question, WayBack way,
                               const Draft& given) {
    std::string fault;
    for (;;) {
        const auto reply = face.ask({question, given, 0, interview::suggestion(question, given),
                                     fault, way == WayBack::there});
        if (!reply)
            return std::nullopt;
        fault = interview::fault_of(question, given, reply->value);
        if (fault.empty())
            return reply->value;
    }
}

bool accepted(Face& face, const std::string& title, const std::string& help,
              const std::string& reading, WayBack way) {
    return ask_alone(face, {"accepted", Form::accept, title, help, reading}, way).has_value();
}

bool looks_again(Face& face) {
    Question question{
        "again", Form::choice, "This speaks against it",
        "Put it right in another window and look again, or change what you answered."};
    question.options = [](const Draft&) {
        return std::vector<Option>{{"again", "look again"}, {"back", "back to the questions"}};
    };
    question.suggested = [](const Draft&) { return Value{"again"}; };
    return ask_alone(face, question, WayBack::there) == Value{"again"};
}

std::string text_of(const std::vector<engine::Finding>& findings) {
    std::string text;
    for (const engine::Finding& finding : findings)
        text += fmt::format("{}: {}\n", finding.severity == Severity::error ? "error" : "warning",
                            to_line(finding));
    return text;
}

std::string text_of(const std::vector<engine::PlanLine>& plan) {
    std::string text;
    for (const std::string& line : engine::lines(plan))
        text += "  " + line + "\n";
    return text;
}

std::string text_of(const engine::Error& error) {
    return fmt::format("error: {}{}{}\n", error.one_line(), error.remedy().empty() ? "" : "; ",
                       error.remedy());
}

} // namespace locum::cli
