#pragma once
// A command of the command line and its options, while they are described. CLI11 does the work,
// behind this header: it is one header of thousands of lines, which takes a compiler several
// seconds for each file that includes it.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace locum::cli {

// Belongs to its command; a copy is the same one. What each returns is the option itself, for the
// next to be said of it.
class Option {
public:
    explicit Option(CLI::Option& option) : option_(&option) {}

    // In what was parsed.
    bool given() const;
    Option required() const;
    // What its value is, in capitals.
    Option type_name(const std::string& name) const;
    Option description(const std::string& text) const;
    // Not in the help.
    Option hidden() const;
    Option excludes(const Option& other) const;
    Option needs(const Option& other) const;
    Option one_of(const std::vector<std::string>& values) const;
    Option between(unsigned least, unsigned most) const;
    // wrong says what is wrong about a value; empty: nothing.
    Option check(std::function<std::string(const std::string&)> wrong) const;
    // The help tells what its variable is at the time of this call.
    Option shows_default() const;
    // One value each time that it is given, so that a positional argument can follow.
    Option one_value_each() const;

private:
    CLI::Option* option_;
};

// Belongs to the command line; a copy is the same one. Names as "-n,--plan" or, of a positional
// argument, "FILE". Variables are written while the command line is parsed, and live until then.
class Command {
public:
    explicit Command(CLI::App& command) : command_(&command) {}

    Command add_subcommand(const std::string& name, const std::string& about) const;
    // A subcommand has to follow.
    Command require_subcommand() const;
    // Not in the help.
    Command hidden() const;
    // What the help closes with.
    Command footer(const std::string& text) const;
    // Called when it was parsed.
    Command callback(std::function<void()> parsed) const;
    // The same, before any callback: for what the options cannot say of each other.
    Command parse_complete_callback(std::function<void()> check) const;

    // One that something else looks for.
    Option add_flag(const std::string& name, const std::string& about) const;
    Option add_flag(const std::string& name, bool& variable, const std::string& about) const;
    Option add_option(const std::string& name, std::string& variable,
                      const std::string& about) const;
    Option add_option(const std::string& name, std::vector<std::string>& variable,
                      const std::string& about) const;
    Option add_option(const std::string& name, unsigned& variable, const std::string& about) const;
    Option add_option(const std::string& name, std::uint16_t& variable,
                      const std::string& about) const;
    Option add_option(const std::string& name, std::function<void(const std::string&)> take,
                      const std::string& about) const;
    // One that was added; throws where it was not.
    Option option(const std::string& name) const;

    const CLI::App& parsed_by() const { return *command_; }

private:
    CLI::App* command_;
};

// In a callback of parsing: the command line lacks it.
[[noreturn]] void throw_missing(const std::string& name);

} // namespace locum::cli
