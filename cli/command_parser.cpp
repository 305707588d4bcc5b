#include "cli/command_parser.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

namespace locum::cli {

bool Option::given() const {
    return option_->count() > 0;
}

Option Option::required() const {
    option_->required();
    return *this;
}

Option Option::type_name(const std::string& name) const {
    option_->type_name(name);
    return *this;
}

Option Option::description(const std::string& text) const {
    option_->description(text);
    return *this;
}

Option Option::hidden() const {
    option_->group("");
    return *this;
}

Option Option::excludes(const Option& other) const {
    option_->excludes(other.option_);
    return *this;
}

Option Option::needs(const Option& other) const {
    option_->needs(other.option_);
    return *this;
}

Option Option::one_of(const std::vector<std::string>& values) const {
    option_->check(CLI::IsMember(values));
    return *this;
}

Option Option::between(unsigned least, unsigned most) const {
    option_->check(CLI::Range(least, most));
    return *this;
}

Option Option::check(std::function<std::string(const std::string&)> wrong) const {
    option_->check(std::move(wrong));
    return *this;
}

Option Option::shows_default() const {
    option_->capture_default_str();
    return *this;
}

Option Option::one_value_each() const {
    option_->allow_extra_args(false);
    return *this;
}

Command Command::add_subcommand(const std::string& name, const std::string& about) const {
    return Command(*command_->add_subcommand(name, about));
}

Command Command::require_subcommand() const {
    command_->require_subcommand(1);
    return *this;
}

Command Command::hidden() const {
    command_->group("");
    return *this;
}

Command Command::footer(const std::string& text) const {
    command_->footer(text);
    return *this;
}

Command Command::callback(std::function<void()> parsed) const {
    command_->callback(std::move(parsed));
    return *this;
}

Command Command::parse_complete_callback(std::function<void()> check) const {
    command_->parse_complete_callback(std::move(check));
    return *this;
}

Option Command::add_flag(const std::string& name, const std::string& about) const {
    return Option(*command_->add_flag(name, about));
}

Option Command::add_flag(const std::string& name, bool& variable, const std::string& about) const {
    return Option(*command_->add_flag(name, variable, about));
}

Option Command::add_option(const std::string& name, std::string& variable,
                           const std::string& about) const {
    return Option(*command_->add_option(name, variable, about));
}

Option Command::add_option(const std::string& name, std::vector<std::string>& variable,
                           const std::string& about) const {
    return Option(*command_->add_option(name, variable, about));
}

Option Command::add_option(const std::string& name, unsigned& variable,
                           const std::string& about) const {
    return Option(*command_->add_option(name, variable, about));
}

Option Command::add_option(const std::string& name, std::uint16_t& variable,
                           const std::string& about) const {
    return Option(*command_->add_option(name, variable, about));
}

Option Command::add_option(const std::string& name, std::function<void(const std::string&)> take,
                           const std::string& about) const {
    return Option(*command_->add_option_function<std::string>(name, std::move(take), about));
}

Option Command::option(const std::string& name) const {
    return Option(*command_->get_option(name));
}

void throw_missing(const std::string& name) {
    throw CLI::RequiredError(name);
}

} // namespace locum::cli
