#include "cli/command_list.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

namespace locum::cli {

namespace {

// A set of choices is told as "NAME:{a,b}".
Value value_of(const CLI::Option& option) {
    Value value;
    value.name = option.get_type_name();
    if (const std::size_t set = value.name.find(":{"); set != std::string::npos) {
        value.kind = Value::Kind::choice;
        value.choices = CLI::detail::split(
            value.name.substr(set + 2, value.name.find('}', set) - set - 2), ',');
        value.name.erase(set);
    } else if (value.name == "FILE") {
        value.kind = Value::Kind::file;
    } else if (value.name == "DIR") {
        value.kind = Value::Kind::folder;
    }
    return value;
}

OptionInfo option_of(const CLI::Option& option) {
    OptionInfo told;
    for (const std::string& name : option.get_snames())
        told.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames())
        told.names.push_back("--" + name);
    if (option.get_items_expected_max() == 0)
        told.value.kind = Value::Kind::none;
    else
        told.value = value_of(option);
    told.about = option.get_description();
    told.required = option.get_required();
    told.repeated = option.get_items_expected_max() > 1;
    for (const CLI::Option* other : option.get_excludes())
        told.excludes.push_back("--" + other->get_lnames().at(0));
    std::sort(told.excludes.begin(), told.excludes.end()); // CLI11's are in the order of addresses
    return told;
}

ArgumentInfo argument_of(const CLI::Option& option) {
    ArgumentInfo told{value_of(option), option.get_description(), option.get_required(),
                      option.get_items_expected_max() > 1};
    told.value.name = option.get_name(true);
    return told;
}

CommandInfo described(const CLI::App& app, std::vector<std::string> path) {
    path.push_back(app.get_name());
    CommandInfo told{path, app.get_description(), app.get_footer(), {}, {}, {}};
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty())
            continue;
        if (option->get_positional())
            told.arguments.push_back(argument_of(*option));
        else
            told.options.push_back(option_of(*option));
    }
    for (const CLI::App* command : app.get_subcommands({}))
        if (!command->get_group().empty())
            told.commands.push_back(described(*command, path));
    return told;
}

} // namespace

CommandInfo describe(const CLI::App& app) {
    return described(app, {});
}

std::vector<const CommandInfo*> all_of(const CommandInfo& command) {
    std::vector<const CommandInfo*> all = {&command};
    for (const CommandInfo& one : command.commands)
        for (const CommandInfo* below : all_of(one))
            all.push_back(below);
    return all;
}

} // namespace locum::cli
