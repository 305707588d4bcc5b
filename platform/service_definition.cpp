#include "platform/service_definition.hpp"

#include "engine/error.hpp"
#include "platform/command_line.hpp"
#include "platform/program.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <sstream>

namespace locum::platform {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view between = " = ";

// On one line, whatever it holds.
std::string one_line(const std::string& value) {
    std::string made;
    for (const char c : value)
        if (c == '\n')
            made += "\\n";
        else if (c == '\\')
            made += "\\\\";
        else if (c != '\r')
            made += c;
    return made;
}

std::string from_one_line(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            made += text[i];
            continue;
        }
        ++i;
        made += text[i] == 'n' ? '\n' : text[i];
    }
    return made;
}

[[noreturn]] void not_a_line(const std::string& line) {
    throw engine::Error(
        fmt::format("'{}' is no line of a service's definition; expected NAME = VALUE", line),
        engine::Kind::usage)
        .remedy("use the definition that Locum made");
}

milliseconds duration(const std::string& value, const std::string& line) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || std::string_view(end) != " ms" || count < 0)
        not_a_line(line);
    return milliseconds(count);
}

} // namespace

std::string service_command(std::vector<std::string> argv) {
    std::string program = find_program(argv);
    std::replace(program.begin(), program.end(), '/', '\\');
    argv.front() = program;
    return windows_command_line(argv);
}

std::string text_of(const ServiceDefinition& definition) {
    std::string text;
    const auto add = [&](std::string_view name, const std::string& value) {
        text += fmt::format("{}{}{}\n", name, between, one_line(value));
    };
    const auto add_time = [&](std::string_view name, const std::optional<milliseconds>& value) {
        if (value)
            add(name, fmt::format("{} ms", value->count()));
    };
    add("title", definition.title);
    add("description", definition.description);
    add("command", definition.command);
    for (const std::string& service : definition.after)
        add("after", service);
    add_time(service_setting::restart_after, definition.restart_after);
    if (definition.restart_on_failure)
        add(service_setting::restart_on_failure, "yes");
    add_time(service_setting::end_by_shutdown, definition.end_by_shutdown);
    if (definition.own_identity)
        add(service_setting::own_identity, "yes");
    for (const std::string& privilege : definition.privileges)
        add(service_setting::privilege, privilege);
    return text;
}

ServiceDefinition parse_service_definition(const std::string& text) {
    ServiceDefinition definition;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(between);
        if (at == std::string::npos)
            not_a_line(line);
        const std::string name = line.substr(0, at);
        const std::string value = from_one_line(std::string_view(line).substr(at + between.size()));
        if (name == "title")
            definition.title = value;
        else if (name == "description")
            definition.description = value;
        else if (name == "command")
            definition.command = value;
        else if (name == "after")
            definition.after.push_back(value);
        else if (name == service_setting::restart_after)
            definition.restart_after = duration(value, line);
        else if (name == service_setting::restart_on_failure && value == "yes")
            definition.restart_on_failure = true;
        else if (name == service_setting::end_by_shutdown)
            definition.end_by_shutdown = duration(value, line);
        else if (name == service_setting::own_identity && value == "yes")
            definition.own_identity = true;
        else if (name == service_setting::privilege)
            definition.privileges.push_back(value);
        else
            not_a_line(line);
    }
    return definition;
}

std::string without_settings(const std::string& text, const std::vector<std::string>& names) {
    std::string rest;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (std::none_of(names.begin(), names.end(), [&](const std::string& name) {
                return line.starts_with(name + std::string(between));
            }))
            rest += line + "\n";
    return rest;
}

} // namespace locum::platform
