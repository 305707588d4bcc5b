// Questions on the full screen.

#include "cli/face.hpp"
#include "cli/screen.hpp"
#include "cli/screen_text.hpp"
#include "engine/contains.hpp"
#include "interview/questions.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::cli {

namespace {

using engine::contains;
using interview::Form;
using interview::Option;
using interview::Question;
using interview::Value;

std::string first(const Value& value) {
    return value.empty() ? "" : value.front();
}

std::vector<ListItem> items_of(const std::vector<Option>& options, const Value& marked) {
    std::size_t widest = 0;
    for (const Option& option : options)
        widest = std::max(widest, option.value.size());
    std::vector<ListItem> items;
    for (const Option& option : options)
        items.push_back({fmt::format("{:<{}}  {}{}", option.value, widest, option.title,
                                     option.note.empty() ? "" : " (" + option.note + ")"),
                         contains(marked, option.value)});
    return items;
}

// Whole: in a list they are cut at the window's width.
std::string told(const std::vector<Option>& options) {
    std::string text = "\n";
    for (const Option& option : options)
        text += fmt::format("\n{}: {}{}", option.value, option.title,
                            option.note.empty() ? "" : " (" + option.note + ")");
    return text;
}

Value marked_of(const std::vector<Option>& options, const std::vector<ListItem>& items) {
    Value value;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (items[i].marked)
            value.push_back(options[i].value);
    return value;
}

const std::vector<Option> yes_or_no{{"yes", ""}, {"no", ""}};
const std::vector<Option> sources{{"prompt", "type it now"},
                                  {"file", "a file has it"},
                                  {"environment", "an environment variable has it"}};

// Whose lines were broken for another width than the window's.
bool is_vendors(const Question& question) {
    return question.key == "licence-accepted" || question.key == interview::information_key;
}

class ScreenFace : public Face {
public:
    std::optional<Reply> ask(const Put& put) override {
        const Question& question = put.question;
        Window window{titled(put), put.fault.empty() ? question.help : put.fault, question.help};
        window.can_go_back = put.can_go_back;
        switch (question.form) {
        case Form::accept:
            window.next = "Yes, go on";
            return accepted(window,
                            is_vendors(question) ? unwrapped(question.reading) : question.reading);
        case Form::yes_no:
            return chosen(window, yes_or_no, put.suggested);
        case Form::choice:
            window.help += told(question.options(put.given));
            return chosen(window, question.options(put.given), put.suggested);
        case Form::several:
            window.help += told(question.options(put.given));
            return several(window, question.options(put.given), put.suggested);
        case Form::password:
            return password(window, put.suggested, put.kept);
        case Form::text:
        case Form::path:
        case Form::port:
            // What was wrong is to be mended, not typed anew.
            return typed(window, put.fault.empty() ? first(put.suggested) : typed_);
        }
        return std::nullopt;
    }

    bool tell(const std::string& title, const std::string& text) override {
        const Window window{title, "", text};
        return went_on([&] { return show_text(screen_, window, text); });
    }

private:
    // Until it is left by other than a new size of the window.
    template <typename Show>
    static bool went_on(const Show& show) {
        Left left = show();
        while (left == Left::resized)
            left = show();
        return left == Left::next;
    }

    std::optional<Reply> accepted(const Window& window, const std::string& reading) {
        if (!went_on([&] { return show_text(screen_, window, reading); }))
            return std::nullopt;
        return Reply{{"yes"}, {}};
    }

    std::optional<Reply> chosen(const Window& window, const std::vector<Option>& options,
                                const Value& suggested) {
        std::vector<ListItem> items = items_of(options, suggested);
        if (!went_on([&] { return choose_one(screen_, window, items); }))
            return std::nullopt;
        return Reply{marked_of(options, items), {}};
    }

    std::optional<Reply> several(Window window, const std::vector<Option>& options,
                                 const Value& suggested) {
        std::vector<ListItem> items = items_of(options, suggested);
        window.text += " Space takes it, or leaves it out.";
        if (!went_on([&] { return choose_several(screen_, window, items); }))
            return std::nullopt;
        return Reply{marked_of(options, items), {}};
    }

    std::optional<Reply> typed(const Window& window, const std::string& text) {
        typed_ = text;
        if (!went_on([&] { return type_text(screen_, window, Echo::yes, typed_); }))
            return std::nullopt;
        return Reply{{typed_}, {}};
    }

    std::optional<Reply> password(const Window& window, const Value& suggested, bool kept) {
        std::vector<Option> from = sources;
        if (kept)
            from.insert(from.begin(), Option{"keep", "it stays as it was typed"});
        Value source{kept ? "keep" : first(suggested)};
        for (;;) {
            const auto reply = chosen(window, from, source);
            if (!reply)
                return std::nullopt;
            source = reply->value;
            if (source == Value{"keep"})
                return Reply{{"prompt"}, {}};
            const bool now = source == Value{"prompt"};
            std::string text =
                !now && suggested.size() == 2 && suggested[0] == source.at(0) ? suggested[1] : "";
            Window typing = window;
            typing.text = now ? "It is not shown, and not kept by Locum's files of answers."
                          : source == Value{"file"} ? "Path of the file."
                                                    : "Name of the variable.";
            if (!went_on(
                    [&] { return type_text(screen_, typing, now ? Echo::no : Echo::yes, text); }))
                continue; // back to where it is from
            if (text.empty())
                continue;
            if (now)
                return Reply{source, engine::Secret(text)};
            return Reply{{source[0], text}, {}};
        }
    }

    Screen screen_;
    std::string typed_; // last
};

} // namespace

std::unique_ptr<Face> make_screen_face() {
    return std::make_unique<ScreenFace>();
}

} // namespace locum::cli
