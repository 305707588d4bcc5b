#include "cli/manual.hpp"
#include "cli/exit_codes.hpp"
#include "cluster/layout.hpp"
#include "engine/locum_version.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cli {

namespace {

using Kind = Value::Kind;

// Text as roff takes it literally; what is between `backticks` becomes bold.
std::string literal(std::string_view text) {
    std::string roff;
    bool bold = false;
    for (char each : text) {
        if ((each == '.' || each == '\'') && (roff.empty() || roff.back() == '\n'))
            roff += "\\&"; // else a request
        if (each == '\\')
            roff += "\\e";
        else if (each == '-')
            roff += "\\-"; // else a hyphen, which a shell does not take
        else if (each == '`')
            roff += (bold = !bold) ? "\\fB" : "\\fR";
        else
            roff += each;
    }
    return roff;
}

std::string bold(std::string_view text) {
    return "\\fB" + literal(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + literal(text) + "\\fR";
}

std::string entry(const std::string& term, std::string_view text) {
    return fmt::format(".TP\n{}\n{}\n", term, literal(text));
}

std::string reference(const std::string& page) {
    return fmt::format(".BR {} (1)", literal(page));
}

std::string joined(std::vector<std::string>::const_iterator from,
                   std::vector<std::string>::const_iterator to, std::string_view between) {
    return fmt::format("{}", fmt::join(from, to, between));
}

std::string synopsis(const CommandInfo& command) {
    std::string roff = bold(joined(command.path.begin(), command.path.end(), " "));
    if (std::any_of(command.options.begin(), command.options.end(),
                    [](const OptionInfo& option) { return !option.required; }))
        roff += fmt::format(" [{}...]", italic("OPTION"));
    for (const OptionInfo& option : command.options)
        if (option.required)
            roff += fmt::format(" {} {}", bold(option.names.back()), italic(option.value.name));
    for (const ArgumentInfo& argument : command.arguments) {
        const std::string name = italic(argument.value.name) + (argument.repeated ? "..." : "");
        roff += " " + (argument.required ? name : "[" + name + "]");
    }
    if (!command.commands.empty())
        roff += " " + italic("COMMAND");
    return roff + "\n";
}

// Choices are part of the text, where it has none of its own for each.
std::string about(const std::string& text, const Value& value, bool repeated) {
    std::string all = text;
    if (!value.choices.empty())
        all += fmt::format("; one of {}", fmt::join(value.choices, ", "));
    if (repeated && text.find("several times") == std::string::npos)
        all += "; may be given several times";
    return all + ".";
}

std::string arguments(const CommandInfo& command) {
    if (command.arguments.empty())
        return "";
    std::string roff = ".SH ARGUMENTS\n";
    for (const ArgumentInfo& argument : command.arguments)
        roff += entry(italic(argument.value.name),
                      about(argument.about, argument.value, argument.repeated));
    return roff;
}

std::string options(const CommandInfo& command) {
    std::string roff = ".SH OPTIONS\n";
    for (const OptionInfo& option : command.options) {
        std::vector<std::string> names;
        for (const std::string& name : option.names)
            names.push_back(bold(name));
        std::string term = fmt::format("{}", fmt::join(names, ", "));
        if (option.value.kind != Kind::none)
            term += " " + italic(option.value.name);
        std::string text = option.about;
        if (!option.excludes.empty())
            text += fmt::format("; not with {}", fmt::join(option.excludes, ", "));
        roff += entry(term, about(text, option.value, option.repeated));
    }
    return roff;
}

std::string commands(const CommandInfo& command) {
    if (command.commands.empty())
        return "";
    std::string roff = ".SH COMMANDS\n";
    for (const CommandInfo& one : command.commands)
        roff += entry(reference(manual_name(one)), one.about + ".");
    return roff;
}

std::string exit_status() {
    std::string roff = ".SH EXIT STATUS\n";
    for (const ExitCode& one : exit_codes())
        roff += entry(bold(std::to_string(one.code)), fmt::format("{}.", one.meaning));
    return roff;
}

std::string files() {
    const cluster::Layout layout{"", "SUITE"};
    std::string roff = ".SH FILES\nWith " + bold("--root") + " " + italic("DIR") +
                       " all of them are below that folder.\n";
    for (const auto& [path, text] :
         {std::pair{layout.product(), "Programs: a folder for each version, and one link for each "
                                      "component that says which is in use."},
          std::pair{layout.etc(), "Configurations, rendered from the bundle."},
          std::pair{layout.data(), "Data, copies of the database, and backups."},
          std::pair{layout.state(),
                    "Locum's own state: the node, keys and secrets, journals, bundles."},
          std::pair{layout.logs(),
                    "Logs: one of each run that changes something; the agent's and the "
                    "services', where systemd does not keep them."}})
        roff += entry(italic(path), text);
    return roff;
}

std::string environment() {
    std::string roff = ".SH ENVIRONMENT\n";
    roff += entry(bold("NO_COLOR"),
                  "Where it is set, the wizard's full screen is not coloured; nothing else is.");
    roff += entry(bold("TERM"), "`dumb`, or none: progress is told line by line, without a bar. So "
                                "it is where standard error is no terminal.");
    roff += entry(bold("PATH"), "Where the programs of the system are looked for.");
    roff +=
        ".PP\nPasswords are read from those variables, files or prompts that the answers name.\n";
    return roff;
}

bool has_option(const CommandInfo& command, std::string_view name) {
    return std::any_of(command.options.begin(), command.options.end(),
                       [&](const OptionInfo& option) { return option.names.back() == name; });
}

std::string see_also(const CommandInfo& command) {
    std::vector<std::string> pages;
    for (std::size_t count = 1; count < command.path.size(); ++count)
        pages.push_back(joined(command.path.begin(),
                               command.path.begin() + static_cast<std::ptrdiff_t>(count), "-"));
    if (pages.empty())
        return "";
    std::string roff = ".SH SEE ALSO\n";
    for (const std::string& page : pages)
        roff += reference(page) + (page == pages.back() ? "\n" : " ,\n");
    return roff;
}

} // namespace

std::string manual_name(const CommandInfo& command) {
    return joined(command.path.begin(), command.path.end(), "-");
}

std::string manual_page(const CommandInfo& command, const std::string& date) {
    std::string title = literal(manual_name(command));
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char each) { return static_cast<char>(std::toupper(each)); });
    std::string roff = ".\\\" Made from the list of commands: locum debug manual\n";
    roff +=
        fmt::format(".TH {} 1 {} \"Locum {}\" \"Locum\"\n", title, date, engine::locum_version());
    roff +=
        fmt::format(".SH NAME\n{} \\- {}\n", literal(manual_name(command)), literal(command.about));
    roff += ".SH SYNOPSIS\n" + synopsis(command);
    roff += ".SH DESCRIPTION\n" + literal(command.about + ".") + "\n";
    if (!command.more.empty())
        roff += ".PP\n" + literal(command.more) + "\n";
    roff += commands(command) + arguments(command) + options(command);
    // A command that only holds others does nothing itself.
    const bool holds = !command.commands.empty() && command.path.size() > 1;
    if (!holds)
        roff += exit_status();
    if (command.path.size() == 1 || has_option(command, "--root"))
        roff += files() + environment();
    return roff + see_also(command);
}

} // namespace locum::cli
