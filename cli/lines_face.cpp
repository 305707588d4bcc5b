// Questions line by line: for serial lines, screen readers, and terminals that can do no more.
// Nothing is redrawn, and nothing needs a colour.

#include "cli/face.hpp"
#include "engine/error.hpp"
#include "platform/standard_error.hpp"
#include "platform/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cli {

namespace {

using interview::Form;
using interview::Option;
using interview::Question;
using interview::Value;

constexpr const char* keys =
    "Enter takes what is in [ ], ? explains, < goes back, Ctrl-C ends and changes nothing.";

void say(const std::string& text) {
    platform::to_stderr(fmt::format("{}\n", text));
}

std::string line() {
    const std::optional<std::string> typed = platform::read_line();
    if (!typed)
        throw engine::Error("the terminal is gone; nothing was changed", engine::Kind::cancelled)
            .remedy("run the command again");
    const auto begin = typed->find_first_not_of(" \t\r");
    const auto end = typed->find_last_not_of(" \t\r");
    return begin == std::string::npos ? "" : typed->substr(begin, end - begin + 1);
}

std::string shown(const Question& question, const Value& value) {
    if (question.form == Form::password)
        return value == Value{"prompt"} ? "" : fmt::format("{}", fmt::join(value, ": "));
    return fmt::format("{}", fmt::join(value, ", "));
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char character : text)
        if (character == ' ' || character == ',')
            words.emplace_back();
        else
            words.back() += character;
    std::erase(words, "");
    return words;
}

// A number in the list stands for what it names.
Value chosen(const std::vector<Option>& options, const std::string& text) {
    Value value;
    for (const std::string& word : words_of(text)) {
        const bool number =
            word.size() <= 3 && word.find_first_not_of("0123456789") == std::string::npos;
        const std::size_t at = number ? std::stoul(word) : 0;
        value.push_back(at >= 1 && at <= options.size() ? options[at - 1].value : word);
    }
    return value;
}

std::string yes_or_no(const std::string& text) {
    return text == "y" || text == "Y" ? "yes" : text == "n" || text == "N" ? "no" : text;
}

class LinesFace : public Face {
public:
    std::optional<Reply> ask(const Put& put) override {
        const Question& question = put.question;
        if (!std::exchange(begun_, true))
            say(keys);
        if (!put.fault.empty())
            say("  " + put.fault);
        else
            introduce(put);
        for (;;) {
            platform::to_stderr(
                fmt::format("{}{}: ", prompt(put),
                            put.suggested.empty() || shown(question, put.suggested).empty()
                                ? ""
                                : fmt::format(" [{}]", shown(question, put.suggested))));
            const std::string text = line();
            if (text == "?") {
                say("  " + question.help);
                continue;
            }
            if (text == "<" && put.can_go_back)
                return std::nullopt;
            if (text == "<") {
                say("  there is no question before this one");
                continue;
            }
            if (question.form == Form::password)
                return password(put, text);
            if (text.empty())
                return Reply{put.suggested.empty() ? Value{""} : put.suggested, {}};
            return Reply{value_of(put, text), {}};
        }
    }

    bool tell(const std::string& title, const std::string& text) override {
        say(fmt::format("\n{}\n{}", title, text));
        return true;
    }

private:
    static void introduce(const Put& put) {
        const Question& question = put.question;
        say("\n" + titled(put));
        if (!question.reading.empty())
            say(question.reading);
        if (question.form == Form::choice || question.form == Form::several) {
            std::size_t number = 0;
            for (const Option& option : question.options(put.given))
                say(fmt::format("  {}  {}: {}{}", ++number, option.value, option.title,
                                option.note.empty() ? "" : " (" + option.note + ")"));
        }
    }

    static std::string prompt(const Put& put) {
        switch (put.question.form) {
        case Form::accept:
            return "Go on? (yes, or Ctrl-C)";
        case Form::yes_no:
            return "yes or no";
        case Form::choice:
            return "One of these";
        case Form::several:
            return "Any of these, with commas";
        case Form::password:
            return put.kept ? "Enter to keep what was typed, or prompt to type it anew, or file: "
                              "PATH, or environment: NAME"
                            : "Enter to type it now, or file: PATH, or environment: NAME";
        case Form::text:
        case Form::path:
        case Form::port:
            break;
        }
        return ">";
    }

    static Value value_of(const Put& put, const std::string& text) {
        switch (put.question.form) {
        case Form::choice:
        case Form::several:
            return chosen(put.question.options(put.given), text);
        case Form::accept:
        case Form::yes_no:
            return {yes_or_no(text)};
        default:
            return {text};
        }
    }

    static std::optional<Reply> password(const Put& put, const std::string& text) {
        const auto colon = text.find(": ");
        if (colon != std::string::npos)
            return Reply{{text.substr(0, colon), text.substr(colon + 2)}, {}};
        if (text.empty() && put.suggested != Value{"prompt"} && !put.suggested.empty())
            return Reply{put.suggested, {}};
        if (!text.empty() && text != "prompt")
            return Reply{{text}, {}};
        if (text.empty() && put.kept)
            return Reply{{"prompt"}, {}};
        return Reply{{"prompt"}, platform::ask_secret(put.question.title)};
    }

    bool begun_ = false;
};

} // namespace

std::unique_ptr<Face> make_lines_face() {
    return std::make_unique<LinesFace>();
}

} // namespace locum::cli
