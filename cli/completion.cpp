#include "cli/completion.hpp"
#include "cli/command_line.hpp"

#include "cli/embedded.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace locum::cli {

namespace {

template <class T, class Matches>
const T* find(const std::vector<T>& all, Matches matches) {
    const auto found = std::find_if(all.begin(), all.end(), matches);
    return found == all.end() ? nullptr : &*found;
}

const OptionInfo* option_named(const CommandInfo& command, const std::string& name) {
    return find(command.options, [&](const OptionInfo& option) {
        return std::find(option.names.begin(), option.names.end(), name) != option.names.end();
    });
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word[0] == '-';
}

// Where the word that is being typed stands.
struct Place {
    const CommandInfo* command;
    const OptionInfo* option = nullptr; // whose value it is
    std::size_t arguments = 0;          // before it
    bool options_ended = false;         // by "--"
    std::set<const OptionInfo*> given;
};

void pass(Place& place, const std::string& word) {
    if (place.option != nullptr) {
        place.option = nullptr;
    } else if (!place.options_ended && word == "--") {
        place.options_ended = true;
    } else if (!place.options_ended && is_option(word)) {
        const std::size_t equals = word.find('=');
        const OptionInfo* option = option_named(*place.command, word.substr(0, equals));
        if (option == nullptr)
            return;
        place.given.insert(option);
        if (option->value.kind != Value::Kind::none && equals == std::string::npos)
            place.option = option;
    } else if (const CommandInfo* command =
                   find(place.command->commands,
                        [&](const CommandInfo& one) { return one.path.back() == word; })) {
        place = {command, nullptr, 0, false, {}};
    } else {
        ++place.arguments;
    }
}

Completion values(const Value& value) {
    Completion told;
    if (value.kind == Value::Kind::file)
        told.kind = Completion::Kind::files;
    if (value.kind == Value::Kind::folder)
        told.kind = Completion::Kind::folders;
    for (const std::string& choice : value.choices)
        told.words.push_back({choice, ""});
    return told;
}

bool is_excluded(const OptionInfo& option, const Place& place) {
    return std::any_of(option.excludes.begin(), option.excludes.end(),
                       [&](const std::string& other) {
                           return place.given.contains(option_named(*place.command, other));
                       });
}

Completion options(const Place& place) {
    Completion told;
    for (const OptionInfo& option : place.command->options)
        if ((option.repeated || !place.given.contains(&option)) && !is_excluded(option, place))
            for (const std::string& name : option.names)
                told.words.push_back({name, option.about});
    return told;
}

Completion all_at(const Place& place, const std::string& word) {
    const CommandInfo& command = *place.command;
    if (place.option != nullptr)
        return values(place.option->value);
    if (word.starts_with("-") && !place.options_ended)
        return options(place);
    if (!command.commands.empty()) {
        Completion told;
        for (const CommandInfo& one : command.commands)
            told.words.push_back({one.path.back(), one.about});
        return told;
    }
    if (place.arguments < command.arguments.size())
        return values(command.arguments[place.arguments].value);
    if (!command.arguments.empty() && command.arguments.back().repeated)
        return values(command.arguments.back().value);
    return place.options_ended ? Completion{} : options(place);
}

} // namespace

Completion complete(const CommandInfo& locum, const std::vector<std::string>& typed) {
    // An equals sign that is a word of its own only parts an option from its value.
    std::vector<std::string> words;
    for (const std::string& word : typed)
        if (word != "=" || words.empty() || !is_option(words.back()))
            words.push_back(word);
    if (words.empty() || typed.back() == "=")
        words.emplace_back();
    Place place{&locum, nullptr, 0, false, {}};
    for (std::size_t at = 0; at + 1 < words.size(); ++at)
        pass(place, words[at]);

    std::string word = words.back();
    std::string before; // of "--mode=x": "--mode="
    if (const std::size_t equals = word.find('=');
        place.option == nullptr && word.starts_with("--") && equals != std::string::npos) {
        before = word.substr(0, equals + 1);
        place.option = option_named(*place.command, word.substr(0, equals));
        word.erase(0, equals + 1);
        if (place.option == nullptr)
            return {};
    }
    Completion told = all_at(place, word);
    std::erase_if(told.words, [&](const Suggestion& one) { return !one.word.starts_with(word); });
    for (Suggestion& one : told.words)
        one.word.insert(0, before);
    return told;
}

std::string to_text(const Completion& completion) {
    std::string text;
    switch (completion.kind) {
    case Completion::Kind::words:
        text = "words\n";
        break;
    case Completion::Kind::files:
        text = "files\n";
        break;
    case Completion::Kind::folders:
        text = "folders\n";
        break;
    }
    for (const Suggestion& one : completion.words)
        text += one.word + (one.about.empty() ? "" : "\t" + one.about) + "\n";
    return text;
}

void add_completion(Command app, Action& action) {
    Command completion = app.add_subcommand("completion", "Completion of commands in a shell");
    completion.require_subcommand();
    for (const auto& [shell, script] :
         {std::pair{"bash", embedded::completion_bash},
          std::pair{"fish", embedded::completion_fish}, std::pair{"zsh", embedded::completion_zsh}})
        completion.add_subcommand(shell, fmt::format("Print the script for {}", shell))
            .callback([&action, text = script] {
                action = [text] {
                    fmt::print("{}", text);
                    return 0;
                };
            });
    const auto typed = std::make_shared<std::vector<std::string>>();
    Command words = completion.add_subcommand("words", "What may follow; asked by the scripts");
    words.hidden(); // nobody types it
    words.add_option("WORD", *typed, "What was typed; after --");
    words.callback([app, &action, typed] {
        action = [app, typed] {
            fmt::print("{}", to_text(complete(describe(app.parsed_by()), *typed)));
            return 0;
        };
    });
}

} // namespace locum::cli
